"""What importing households would do: nothing twice, nobody removed, no second door."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from deliberation.people.intake import HouseholdFacts, read_people
from deliberation.people.planning import (
    ExistingHousehold,
    ExistingPerson,
    PeoplePlan,
    plan_people,
)
from deliberation.people.roles import Role
from deliberation.sheets import Limits, read_table, write_csv

HEADERS = ["网格", "楼院", "门牌", "专有面积", "姓名", "户代表", "电话后四位", "角色"]


def households_of(*rows: list[str]) -> tuple[HouseholdFacts, ...]:
    return read_people(read_table(write_csv(HEADERS, rows), "l.csv", limits=Limits())).households


def imported(plan: PeoplePlan, before: list[ExistingHousehold]) -> list[ExistingHousehold]:
    """The households after the plan was carried out, field by field as it says."""
    changes = {change.existing.id: change for change in plan.changed}
    after: list[ExistingHousehold] = []
    for household in before:
        change = changes.get(household.id)
        after.append(household if change is None else _changed(change.existing, plan))
    return after + [_new(facts) for facts in plan.added]


def _new(facts: HouseholdFacts) -> ExistingHousehold:
    return ExistingHousehold(
        id=uuid4(),
        unit=uuid4(),
        place=facts.place,
        label=facts.label,
        area=facts.area or 0,
        people=tuple(
            ExistingPerson(
                id=uuid4(),
                name=person.name,
                last_four=person.last_four,
                roles=person.roles,
                is_representative=person.name == facts.representative,
            )
            for person in facts.people
        ),
    )


def _changed(household: ExistingHousehold, plan: PeoplePlan) -> ExistingHousehold:
    change = next(c for c in plan.changed if c.existing.id == household.id)
    fields = {f.field: f.after for f in change.fields}
    people = {p.existing.id: {f.field: f.after for f in p.fields} for p in change.people}
    head = fields.get("representative", household.representative)
    kept = [
        (p.id, p.name, people.get(p.id, {}).get("last_four", p.last_four), _roles(p, people))
        for p in household.people
    ]
    joined = [(uuid4(), p.name, p.last_four, p.roles) for p in change.joined]
    return ExistingHousehold(
        id=household.id,
        unit=uuid4(),
        place=household.place,
        label=household.label,
        area=int(str(fields.get("area", household.area))),
        people=tuple(
            ExistingPerson(
                id=one, name=name, last_four=str(four), roles=roles, is_representative=name == head
            )
            for one, name, four, roles in [*kept, *joined]
        ),
    )


def _roles(person: ExistingPerson, people: Mapping[UUID, Mapping[str, object]]) -> frozenset[Role]:
    after = people.get(person.id, {}).get("roles")
    return frozenset(map(Role, after)) if isinstance(after, tuple) else person.roles


rows_of_a_file = st.lists(
    st.tuples(
        st.sampled_from(["", "一", "二"]),
        st.sampled_from(["", "甲院", "乙院"]),
        st.sampled_from(["101", "102"]),
        st.sampled_from(["", "78.5", "90"]),
        st.sampled_from(["演示甲", "演示乙", "演示丙"]),
        st.sampled_from(["", "是", "否"]),
        st.sampled_from(["", "0123", "4567"]),
        st.sampled_from(["", "居民", "主持人、记录员"]),
    ).map(list),
    max_size=8,
)


@given(rows_of_a_file, rows_of_a_file)
def test_importing_the_same_file_twice_changes_nothing(
    first: list[list[str]], second: list[list[str]]
) -> None:
    before = imported(plan_people(households_of(*first), []), [])
    file = households_of(*second)
    after = imported(plan_people(file, before), before)
    again = plan_people(file, after)
    assert (again.added, again.changed) == ((), ())
    assert len(again.unchanged) == len(file)


@given(rows_of_a_file, rows_of_a_file)
def test_nobody_is_removed_and_no_role_is_withdrawn(
    first: list[list[str]], second: list[list[str]]
) -> None:
    before = imported(plan_people(households_of(*first), []), [])
    after = imported(plan_people(households_of(*second), before), before)
    roles = {person.id: person.roles for household in after for person in household.people}
    for household in before:
        assert all(person.roles <= roles[person.id] for person in household.people)


def test_a_change_says_what_was_and_what_will_be() -> None:
    (old,) = imported(plan_people(households_of(["一", "甲院", "101", "78.5", "演示甲"]), []), [])
    file = households_of(
        ["一", "甲院", "101", "78.53", "演示甲", "", "0123", "记录员"],
        ["一", "甲院", "101", "", "演示乙", "是"],
    )
    (change,) = plan_people(file, [old]).changed
    assert [(f.field, f.before, f.after) for f in change.fields] == [
        ("area", 7850, 7853),
        ("representative", "演示甲", "演示乙"),
    ]
    assert [person.name for person in change.joined] == ["演示乙"]
    assert [(f.field, f.before, f.after) for f in change.people[0].fields] == [
        ("last_four", "", "0123"),
        ("roles", (), ("recorder",)),
    ]


def test_an_assumed_representative_does_not_displace_the_one_there_is() -> None:
    (old,) = imported(plan_people(households_of(["一", "甲院", "101", "", "演示甲"]), []), [])
    (change,) = plan_people(households_of(["一", "甲院", "101", "", "演示乙"]), [old]).changed
    assert change.fields == ()
    assert [person.name for person in change.joined] == ["演示乙"]


def test_a_file_without_the_grid_finds_the_household_by_what_it_names() -> None:
    (old,) = imported(plan_people(households_of(["一", "甲院", "101", "", "演示甲"]), []), [])
    plan = plan_people(households_of(["", "甲院", "101", "", "演示甲"]), [old])
    assert plan.unchanged == (old.id,)


def test_where_two_households_fit_neither_is_guessed() -> None:
    first = households_of(["一", "甲院", "101", "", "演示甲"], ["二", "甲院", "101", "", "演示乙"])
    before = imported(plan_people(first, []), [])
    plan = plan_people(households_of(["", "甲院", "101", "", "演示甲"]), before)
    assert len(plan.added) == 1
