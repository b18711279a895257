from deliberation.store.together import Together
from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

MARKS = "CASE score WHEN 'done' THEN 5 WHEN 'partly' THEN 3 ELSE 1 END"


class ByHand(ops.TortoiseOperation):
    """Runs its `statements(dialect)`, which neither change nor need the description of tables."""

    def describe(self):
        return type(self).__name__

    def state_forward(self, app_label, state):
        pass

    async def database_forward(self, app_label, old_state, new_state, state_editor=None):
        if state_editor is None:
            return
        for statement in self.statements(state_editor.client.capabilities.dialect):
            await state_editor._run_sql(statement)


class KeepRatings(ByHand):
    """A household used to say done, partly or not, once for ever; what was said is kept aside."""

    def statements(self, dialect):
        return ('CREATE TABLE rating_before AS SELECT * FROM rating',)


class BringRatingsBack(ByHand):
    """What was said becomes marks of a first time of asking, which everybody was asked."""

    def statements(self, dialect):
        last_day = (
            "date(m.stepped_at, '+30 days')"
            if dialect == 'sqlite'
            else "(m.stepped_at + interval '30 days')::date"
        )
        return (
            'INSERT INTO evaluation (id, matter_id, round, scope, asked, rated, mean, opened_at,'
            ' closes_on, closed_at, outcome)'
            " SELECT m.id, m.id, 1, 'everybody',"
            ' (SELECT COUNT(*) FROM household h WHERE h.community_id = m.community_id),'
            ' (SELECT COUNT(*) FROM rating_before r WHERE r.matter_id = m.id),'
            f' COALESCE((SELECT SUM({MARKS}) * 100 / COUNT(*) FROM rating_before r'
            ' WHERE r.matter_id = m.id), 0),'
            f" m.stepped_at, {last_day}, CASE m.state WHEN 'active' THEN NULL ELSE m.stepped_at END,"
            " CASE m.state WHEN 'active' THEN '' ELSE 'closed' END FROM matter m"
            " WHERE m.step = 'evaluate' OR EXISTS"
            ' (SELECT 1 FROM rating_before r WHERE r.matter_id = m.id)',
            'INSERT INTO household_rating (id, evaluation_id, household_id, mark, words,'
            f' is_journalled, rated_at) SELECT id, matter_id, household_id, {MARKS}, words,'
            ' is_journalled, rated_at FROM rating_before',
            'DROP TABLE rating_before',
        )


class Migration(migrations.Migration):
    dependencies = [('models', '0005_rules_of_voting')]

    initial = False

    operations = [
        Together([
            ops.CreateModel(
                name='AccessKey',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('community', fields.ForeignKeyField('models.Community', source_field='community_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('name', fields.CharField(max_length=60)),
                    ('purpose', fields.CharField(max_length=12)),
                    ('digest', fields.CharField(unique=True, max_length=64)),
                    ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ('revoked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'access_key', 'app': 'models', 'indexes': [Index(fields=['community_id'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Agreement',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('community', fields.ForeignKeyField('models.Community', source_field='community_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('organisation', fields.ForeignKeyField('models.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('community_gives', fields.CharField(max_length=250)),
                    ('organisation_gives', fields.CharField(max_length=250)),
                    ('venue_id', fields.UUIDField(null=True)),
                    ('begins_on', fields.DateField()),
                    ('ends_on', fields.DateField()),
                    ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ('ended_reason', fields.CharField(default='', max_length=250)),
                ],
                options={'table': 'agreement', 'app': 'models', 'indexes': [Index(fields=['community_id', 'ends_on']), Index(fields=['organisation_id'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Attachment',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('community', fields.ForeignKeyField('models.Community', source_field='community_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('subject', fields.CharField(max_length=60)),
                    ('phase', fields.CharField(max_length=10)),
                    ('caption', fields.CharField(default='', max_length=120)),
                    ('media_type', fields.CharField(max_length=40)),
                    ('width', fields.IntField()),
                    ('height', fields.IntField()),
                    ('content', fields.BinaryField()),
                    ('thumbnail', fields.BinaryField()),
                    ('digest', fields.CharField(max_length=64)),
                    ('is_shown', fields.BooleanField(default=False)),
                    ('hidden_reason', fields.CharField(default='', max_length=250)),
                    ('by_id', fields.UUIDField(null=True)),
                    ('taken_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'attachment', 'app': 'models', 'unique_together': (('subject', 'digest'),), 'indexes': [Index(fields=['subject', 'taken_at']), Index(fields=['community_id', 'is_shown', 'hidden_reason'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='BodyMember',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('body', fields.ForeignKeyField('models.Body', source_field='body_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('person', fields.ForeignKeyField('models.Person', source_field='person_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('office', fields.CharField(max_length=20)),
                    ('begins_on', fields.DateField()),
                    ('ends_on', fields.DateField(null=True)),
                    ('left_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'body_member', 'app': 'models', 'unique_together': (('body', 'person', 'begins_on'),), 'indexes': [Index(fields=['person_id'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Claim',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('community', fields.ForeignKeyField('models.Community', source_field='community_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('demand', fields.ForeignKeyField('models.Demand', source_field='demand_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('organisation', fields.ForeignKeyField('models.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('matter_id', fields.UUIDField(null=True)),
                    ('meeting_id', fields.UUIDField(null=True)),
                    ('active_demand_id', fields.UUIDField(null=True, unique=True)),
                    ('state', fields.CharField(max_length=12)),
                    ('promised_on', fields.DateField(null=True)),
                    ('reason', fields.CharField(default='', max_length=500)),
                    ('by_id', fields.UUIDField(null=True)),
                    ('claimed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'claim', 'app': 'models', 'indexes': [Index(fields=['demand_id']), Index(fields=['organisation_id', 'state']), Index(fields=['community_id', 'state'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='EarlierFigures',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('community', fields.ForeignKeyField('models.Community', source_field='community_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('period', fields.CharField(max_length=10)),
                    ('data', fields.TextField(unique=False)),
                    ('source', fields.CharField(max_length=200)),
                    ('taken_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'earlier_figures', 'app': 'models', 'unique_together': (('community', 'period'),), 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Escalation',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('community', fields.ForeignKeyField('models.Community', source_field='community_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('upper_id', fields.UUIDField()),
                    ('demand_id', fields.UUIDField(null=True)),
                    ('matter_id', fields.UUIDField(null=True)),
                    ('open_subject_id', fields.UUIDField(null=True, unique=True)),
                    ('cause', fields.CharField(max_length=12)),
                    ('reason', fields.CharField(default='', max_length=500)),
                    ('state', fields.CharField(max_length=12)),
                    ('organisation', fields.ForeignKeyField('models.Organisation', source_field='organisation_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('duty', fields.CharField(default='', max_length=250)),
                    ('due_on', fields.DateField(null=True)),
                    ('raised_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ('assigned_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ('outcome', fields.CharField(default='', max_length=500)),
                ],
                options={'table': 'escalation', 'app': 'models', 'indexes': [Index(fields=['upper_id', 'state']), Index(fields=['community_id', 'state']), Index(fields=['organisation_id', 'state']), Index(fields=['matter_id']), Index(fields=['demand_id'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Evaluation',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('matter', fields.ForeignKeyField('models.Matter', source_field='matter_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('round', fields.IntField()),
                    ('scope', fields.CharField(max_length=12)),
                    ('asked', fields.IntField(default=0)),
                    ('rated', fields.IntField(default=0)),
                    ('mean', fields.IntField(default=0)),
                    ('opened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ('closes_on', fields.DateField()),
                    ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ('outcome', fields.CharField(default='', max_length=12)),
                ],
                options={'table': 'evaluation', 'app': 'models', 'unique_together': (('matter', 'round'),), 'indexes': [Index(fields=['closed_at', 'closes_on'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Handover',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('demand', fields.ForeignKeyField('models.Demand', source_field='demand_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('kind', fields.CharField(max_length=12)),
                    ('to_name', fields.CharField(max_length=80)),
                    ('organisation_id', fields.UUIDField(null=True)),
                    ('words', fields.CharField(default='', max_length=1000)),
                    ('due_on', fields.DateField()),
                    ('state', fields.CharField(default='open', max_length=10)),
                    ('outcome', fields.CharField(default='', max_length=10)),
                    ('returned_words', fields.CharField(default='', max_length=1000)),
                    ('handed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ('returned_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ('by_id', fields.UUIDField(null=True)),
                ],
                options={'table': 'handover', 'app': 'models', 'indexes': [Index(fields=['demand_id']), Index(fields=['state', 'due_on']), Index(fields=['organisation_id', 'state'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Lease',
                fields=[
                    ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=40)),
                    ('holder', fields.CharField(max_length=40)),
                    ('until', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ('done_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'lease', 'app': 'models', 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Measure',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('community', fields.ForeignKeyField('models.Community', source_field='community_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('number', fields.CharField(max_length=40)),
                    ('title', fields.CharField(max_length=120)),
                    ('organisation_id', fields.UUIDField(null=True)),
                    ('matter_id', fields.UUIDField(null=True)),
                    ('due_on', fields.DateField(null=True)),
                    ('taken_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ('done_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'measure', 'app': 'models', 'unique_together': (('community', 'number'),), 'indexes': [Index(fields=['matter_id'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Message',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('community', fields.ForeignKeyField('models.Community', source_field='community_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('person', fields.ForeignKeyField('models.Person', source_field='person_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('kind', fields.CharField(max_length=20)),
                    ('key', fields.CharField(max_length=120)),
                    ('subject', fields.CharField(max_length=60)),
                    ('sentence', fields.TextField(unique=False)),
                    ('link', fields.CharField(max_length=120)),
                    ('due_on', fields.DateField(null=True)),
                    ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ('read_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ('mailed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ('muted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'message', 'app': 'models', 'unique_together': (('person', 'key'),), 'indexes': [Index(fields=['person_id', 'made_at']), Index(fields=['mailed_at', 'made_at']), Index(fields=['muted_at', 'due_on']), Index(fields=['subject'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Participation',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('community', fields.ForeignKeyField('models.Community', source_field='community_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('person_id', fields.UUIDField()),
                    ('household_id', fields.UUIDField(null=True)),
                    ('kind', fields.CharField(max_length=12)),
                    ('subject', fields.CharField(max_length=60)),
                    ('words', fields.CharField(default='', max_length=120)),
                    ('happened_on', fields.DateField()),
                    ('noted_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'participation', 'app': 'models', 'unique_together': (('person_id', 'kind', 'subject'),), 'indexes': [Index(fields=['community_id', 'happened_on']), Index(fields=['household_id'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Preference',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('person', fields.OneToOneField('models.Person', source_field='person_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('address', fields.CharField(default='', max_length=254)),
                    ('confirmed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ('asked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ('rhythm', fields.CharField(default='daily', max_length=10)),
                    ('unwanted', fields.CharField(default='', max_length=250)),
                    ('language', fields.CharField(default='zh', max_length=10)),
                    ('last_mailed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ('failures', fields.IntField(default=0)),
                ],
                options={'table': 'preference', 'app': 'models', 'indexes': [Index(fields=['address'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Review',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('escalation', fields.ForeignKeyField('models.Escalation', source_field='escalation_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('state', fields.CharField(max_length=12)),
                    ('words', fields.CharField(max_length=500)),
                    ('by_id', fields.UUIDField(null=True)),
                    ('reviewed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'review', 'app': 'models', 'indexes': [Index(fields=['escalation_id', 'reviewed_at'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Solution',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('measure', fields.ForeignKeyField('models.Measure', source_field='measure_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('demand_id', fields.UUIDField(null=True)),
                    ('words', fields.CharField(default='', max_length=250)),
                    ('solved_on', fields.DateField()),
                ],
                options={'table': 'solution', 'app': 'models', 'indexes': [Index(fields=['measure_id']), Index(fields=['demand_id'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Suggestion',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('community', fields.ForeignKeyField('models.Community', source_field='community_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('meeting_id', fields.UUIDField(null=True)),
                    ('number', fields.CharField(max_length=40)),
                    ('words', fields.CharField(max_length=250)),
                    ('demand_id', fields.UUIDField(null=True)),
                    ('person_id', fields.UUIDField(null=True)),
                    ('noted_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'suggestion', 'app': 'models', 'unique_together': (('community', 'number'),), 'indexes': [Index(fields=['meeting_id'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='MeasureSource',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('measure', fields.ForeignKeyField('models.Measure', source_field='measure_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('suggestion', fields.ForeignKeyField('models.Suggestion', source_field='suggestion_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ],
                options={'table': 'measure_source', 'app': 'models', 'unique_together': (('measure', 'suggestion'),), 'indexes': [Index(fields=['suggestion_id'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='SupportAsk',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('demand', fields.ForeignKeyField('models.Demand', source_field='demand_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('from_demand_id', fields.UUIDField()),
                    ('household_id', fields.UUIDField()),
                    ('answer', fields.CharField(default='', max_length=4)),
                    ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'support_ask', 'app': 'models', 'unique_together': (('demand', 'household_id'),), 'indexes': [Index(fields=['household_id', 'answer'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Task',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('matter', fields.ForeignKeyField('models.Matter', source_field='matter_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('community_id', fields.UUIDField()),
                    ('organisation', fields.ForeignKeyField('models.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('title', fields.CharField(max_length=120)),
                    ('origin', fields.CharField(max_length=12)),
                    ('state', fields.CharField(default='open', max_length=10)),
                    ('due_on', fields.DateField()),
                    ('first_due_on', fields.DateField()),
                    ('reason', fields.CharField(default='', max_length=500)),
                    ('set_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ('done_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'task', 'app': 'models', 'indexes': [Index(fields=['matter_id']), Index(fields=['organisation_id', 'state']), Index(fields=['community_id', 'state', 'due_on'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Milestone',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('task', fields.ForeignKeyField('models.Task', source_field='task_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('position', fields.IntField()),
                    ('title', fields.CharField(max_length=80)),
                    ('due_on', fields.DateField()),
                    ('reached_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'milestone', 'app': 'models', 'unique_together': (('task', 'position'),), 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Postponement',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('task', fields.ForeignKeyField('models.Task', source_field='task_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('moved_from', fields.DateField()),
                    ('moved_to', fields.DateField()),
                    ('reason', fields.CharField(max_length=500)),
                    ('postponed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'postponement', 'app': 'models', 'indexes': [Index(fields=['task_id', 'postponed_at'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Venue',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('community', fields.ForeignKeyField('models.Community', source_field='community_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('name', fields.CharField(max_length=80)),
                    ('kind', fields.CharField(max_length=20)),
                    ('address', fields.CharField(default='', max_length=120)),
                    ('capacity', fields.IntField(default=0)),
                    ('has_step_free_way', fields.BooleanField(default=False)),
                    ('organisation_id', fields.UUIDField(null=True)),
                    ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'venue', 'app': 'models', 'unique_together': (('community', 'name'),), 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.AddField(
                model_name='Body',
                name='dissolved_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Body',
                name='formed_on',
                field=fields.DateField(null=True),
            ),
            ops.AddField(
                model_name='Body',
                name='kind',
                field=fields.CharField(default='group', db_default='group', max_length=20),
            ),
            ops.AddField(
                model_name='Body',
                name='purpose',
                field=fields.CharField(default='', db_default='', max_length=250),
            ),
            ops.AddField(
                model_name='Community',
                name='level',
                field=fields.CharField(default='community', db_default='community', max_length=20),
            ),
            ops.AddField(
                model_name='Community',
                name='parent_id',
                field=fields.UUIDField(null=True),
            ),
            ops.AddField(
                model_name='Demand',
                name='answer',
                field=fields.CharField(default='', db_default='', max_length=1000),
            ),
            ops.AddField(
                model_name='Demand',
                name='answered_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Demand',
                name='changed_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Demand',
                name='channel',
                field=fields.CharField(default='staff', db_default='staff', max_length=12),
            ),
            ops.AddField(
                model_name='Demand',
                name='due_on',
                field=fields.DateField(null=True),
            ),
            ops.AddField(
                model_name='Demand',
                name='is_private',
                field=fields.BooleanField(default=False, db_default=False),
            ),
            ops.AddField(
                model_name='Demand',
                name='latitude_micro',
                field=fields.IntField(null=True),
            ),
            ops.AddField(
                model_name='Demand',
                name='longitude_micro',
                field=fields.IntField(null=True),
            ),
            ops.AddField(
                model_name='Demand',
                name='offered_on',
                field=fields.DateField(null=True),
            ),
            ops.AddField(
                model_name='Demand',
                name='outside_number',
                field=fields.CharField(default='', db_default='', max_length=60),
            ),
            ops.AddField(
                model_name='Demand',
                name='place_id',
                field=fields.UUIDField(null=True),
            ),
            ops.AddField(
                model_name='Demand',
                name='route',
                field=fields.CharField(default='', db_default='', max_length=12),
            ),
            ops.AddField(
                model_name='Demand',
                name='route_reason',
                field=fields.CharField(default='', db_default='', max_length=500),
            ),
            ops.AddField(
                model_name='Demand',
                name='settled_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Demand',
                name='triaged_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Demand',
                name='urgency',
                field=fields.CharField(default='ordinary', db_default='ordinary', max_length=10),
            ),
            ops.AddIndex(
                model_name='Demand',
                index=Index(fields=['community_id', 'route', 'due_on']),
            ),
            ops.AddIndex(
                model_name='Demand',
                index=Index(fields=['place_id']),
            ),
            ops.AddIndex(
                model_name='Demand',
                index=Index(fields=['merged_into_id']),
            ),
            ops.AddField(
                model_name='Matter',
                name='carried_over',
                field=fields.IntField(default=0, db_default=0),
            ),
            ops.AddField(
                model_name='Matter',
                name='closed_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Matter',
                name='done_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Matter',
                name='returns',
                field=fields.IntField(default=0, db_default=0),
            ),
            ops.AddField(
                model_name='Matter',
                name='stage',
                field=fields.CharField(default='', db_default='', max_length=20),
            ),
            ops.AddField(
                model_name='Matter',
                name='staged_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Matter',
                name='workflow',
                field=fields.IntField(default=0, db_default=0),
            ),
            ops.AddField(
                model_name='Meeting',
                name='venue_id',
                field=fields.UUIDField(null=True),
            ),
            ops.AddField(
                model_name='Organisation',
                name='duties',
                field=fields.CharField(default='', db_default='', max_length=200),
            ),
            ops.AddField(
                model_name='Organisation',
                name='joined_on',
                field=fields.DateField(null=True),
            ),
            ops.AddField(
                model_name='Organisation',
                name='kind',
                field=fields.CharField(default='partner', db_default='partner', max_length=20),
            ),
            ops.AddField(
                model_name='Organisation',
                name='left_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Organisation',
                name='left_reason',
                field=fields.CharField(default='', db_default='', max_length=250),
            ),
            ops.AddField(
                model_name='Person',
                name='is_participation_hidden',
                field=fields.BooleanField(default=False, db_default=False),
            ),
            ops.AddField(
                model_name='Person',
                name='organisation_id',
                field=fields.UUIDField(null=True),
            ),
            ops.AddField(
                model_name='Progress',
                name='task_id',
                field=fields.UUIDField(null=True),
            ),
            ops.AddIndex(
                model_name='Progress',
                index=Index(fields=['task_id']),
            ),
            KeepRatings(),
            ops.DeleteModel(name='Rating'),
            ops.CreateModel(
                name='Rating',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('evaluation', fields.ForeignKeyField('models.Evaluation', source_field='evaluation_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('household_id', fields.UUIDField()),
                    ('mark', fields.IntField(null=True)),
                    ('words', fields.CharField(default='', max_length=500)),
                    ('is_journalled', fields.BooleanField(default=True)),
                    ('rated_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'household_rating', 'app': 'models', 'unique_together': (('evaluation', 'household_id'),), 'indexes': [Index(fields=['is_journalled']), Index(fields=['household_id'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            BringRatingsBack(),
        ]),
    ]
