from deliberation.store.together import Together
from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index
from deliberation.store.table import RandomKey


class WidenChoice(ops.AlterField):
    """A choice of a ranking is longer than a word. By hand, because Tortoise's rebuilding of a
    table on SQLite loses rows that refer to it."""

    async def database_forward(self, app_label, old_state, new_state, state_editor=None):
        if state_editor is None:
            return
        if state_editor.client.capabilities.dialect == 'sqlite':
            statements = (
                "ALTER TABLE vote ADD COLUMN wider TEXT NOT NULL DEFAULT ''",
                'UPDATE vote SET wider = choice',
                'ALTER TABLE vote DROP COLUMN choice',
                'ALTER TABLE vote RENAME COLUMN wider TO choice',
            )
        else:
            statements = ('ALTER TABLE vote ALTER COLUMN choice TYPE TEXT',)
        for statement in statements:
            await state_editor._run_sql(statement)


class Migration(migrations.Migration):
    dependencies = [('models', '0004_receipts')]

    initial = False

    operations = [
        Together([
            ops.CreateModel(
                name='Batch',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('ballot', fields.ForeignKeyField('models.Ballot', source_field='ballot_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('number', fields.IntField()),
                    ('channel', fields.CharField(max_length=10)),
                    ('state', fields.CharField(default='entered', max_length=10)),
                    ('witness', fields.CharField(default='', max_length=120)),
                    ('entered_by_id', fields.UUIDField()),
                    ('entered', fields.TextField(unique=False)),
                    ('checked_by_id', fields.UUIDField(null=True)),
                    ('checked', fields.TextField(default='', unique=False)),
                    ('counted', fields.IntField(default=0)),
                    ('refused', fields.TextField(default='', unique=False)),
                    ('spoilt', fields.IntField(default=0)),
                    ('entered_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ('counted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'batch', 'app': 'models', 'unique_together': (('ballot', 'number'),), 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Mark',
                fields=[
                    ('id', RandomKey(primary_key=True, generated=False, unique=True, db_index=True)),
                    ('ballot', fields.ForeignKeyField('models.Ballot', source_field='ballot_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('voter_id', fields.UUIDField()),
                    ('channel', fields.CharField(max_length=10)),
                ],
                options={'table': 'mark', 'app': 'models', 'unique_together': (('ballot', 'voter_id'),), 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Objection',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('ballot', fields.ForeignKeyField('models.Ballot', source_field='ballot_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('person_id', fields.UUIDField()),
                    ('words', fields.CharField(max_length=500)),
                    ('answer', fields.CharField(default='', max_length=500)),
                    ('raised_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'objection', 'app': 'models', 'unique_together': (('ballot', 'person_id'),), 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Ownership',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('unit', fields.ForeignKeyField('models.Unit', source_field='unit_id', db_constraint=True, to_field='id', related_name='ownerships', on_delete=OnDelete.RESTRICT)),
                    ('person', fields.ForeignKeyField('models.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='ownerships', on_delete=OnDelete.RESTRICT)),
                    ('is_holder', fields.BooleanField(default=False)),
                ],
                options={'table': 'ownership', 'app': 'models', 'unique_together': (('unit', 'person'),), 'indexes': [Index(fields=['person_id'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Paper',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('ballot', fields.ForeignKeyField('models.Ballot', source_field='ballot_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('serial', fields.IntField()),
                    ('voter_id', fields.UUIDField()),
                    ('state', fields.CharField(default='issued', max_length=10)),
                    ('issued_by_id', fields.UUIDField()),
                    ('issued_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'paper', 'app': 'models', 'unique_together': (('ballot', 'serial'), ('ballot', 'voter_id')), 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Proxy',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('meeting', fields.ForeignKeyField('models.Meeting', source_field='meeting_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('item_id', fields.UUIDField(null=True)),
                    ('voter_id', fields.UUIDField()),
                    ('giver_id', fields.UUIDField()),
                    ('holder_id', fields.UUIDField()),
                    ('instruction', fields.TextField(default='', unique=False)),
                    ('state', fields.CharField(default='given', max_length=10)),
                    ('given_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'proxy', 'app': 'models', 'indexes': [Index(fields=['meeting_id', 'voter_id']), Index(fields=['holder_id'])], 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='SecretVote',
                fields=[
                    ('id', RandomKey(primary_key=True, generated=False, unique=True, db_index=True)),
                    ('ballot', fields.ForeignKeyField('models.Ballot', source_field='ballot_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('receipt', fields.CharField(max_length=20)),
                    ('choice', fields.TextField(unique=False)),
                ],
                options={'table': 'secret_vote', 'app': 'models', 'unique_together': (('ballot', 'receipt'),), 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.CreateModel(
                name='Signature',
                fields=[
                    ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                    ('ballot', fields.ForeignKeyField('models.Ballot', source_field='ballot_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                    ('person_id', fields.UUIDField()),
                    ('digest', fields.CharField(max_length=64)),
                    ('note', fields.CharField(default='', max_length=250)),
                    ('signed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={'table': 'signature', 'app': 'models', 'unique_together': (('ballot', 'person_id'),), 'pk_attr': 'id'},
                bases=['Table'],
            ),
            ops.AddField(
                model_name='AgendaItem',
                name='question',
                field=fields.TextField(default='', db_default='', unique=False),
            ),
            ops.AddField(
                model_name='AgendaItem',
                name='rule_key',
                field=fields.CharField(default='', db_default='', max_length=14),
            ),
            ops.AddField(
                model_name='AgendaItem',
                name='window_days',
                field=fields.IntField(default=0, db_default=0),
            ),
            ops.AddField(
                model_name='Attendance',
                name='left_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Ballot',
                name='announced_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Ballot',
                name='certified_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Ballot',
                name='closes_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Ballot',
                name='entitled_area',
                field=fields.BigIntField(default=0, db_default=0),
            ),
            ops.AddField(
                model_name='Ballot',
                name='head',
                field=fields.CharField(default='', db_default='', max_length=64),
            ),
            ops.AddField(
                model_name='Ballot',
                name='is_by_hands',
                field=fields.BooleanField(default=False, db_default=False),
            ),
            ops.AddField(
                model_name='Ballot',
                name='is_lot_confirmed',
                field=fields.BooleanField(default=False, db_default=False),
            ),
            ops.AddField(
                model_name='Ballot',
                name='is_secret',
                field=fields.BooleanField(default=False, db_default=False),
            ),
            ops.AddField(
                model_name='Ballot',
                name='lines',
                field=fields.TextField(default='', db_default='', unique=False),
            ),
            ops.AddField(
                model_name='Ballot',
                name='lot_by_id',
                field=fields.UUIDField(null=True),
            ),
            ops.AddField(
                model_name='Ballot',
                name='lot_digits',
                field=fields.CharField(default='', db_default='', max_length=20),
            ),
            ops.AddField(
                model_name='Ballot',
                name='objections_until',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Ballot',
                name='chair_choice',
                field=fields.CharField(default='', db_default='', max_length=10),
            ),
            ops.AddField(
                model_name='Ballot',
                name='present',
                field=fields.IntField(null=True),
            ),
            ops.AddField(
                model_name='Ballot',
                name='precedence',
                field=fields.CharField(default='first', db_default='first', max_length=8),
            ),
            ops.AddField(
                model_name='Ballot',
                name='question',
                field=fields.TextField(default='', db_default='', unique=False),
            ),
            ops.AddField(
                model_name='Ballot',
                name='silent_id',
                field=fields.UUIDField(null=True),
            ),
            WidenChoice(
                model_name='Vote',
                name='choice',
                field=fields.TextField(unique=False),
            ),
        ]),
    ]
