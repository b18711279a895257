from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0002_demand_change')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Viewers',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('meeting', fields.ForeignKeyField('models.Meeting', source_field='meeting_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('worker', fields.CharField(max_length=40)),
                ('resident', fields.IntField()),
                ('screen', fields.IntField()),
                ('console', fields.IntField()),
                ('seen_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'viewers', 'app': 'models', 'unique_together': (('meeting', 'worker'),), 'indexes': [Index(fields=['seen_at'])], 'pk_attr': 'id'},
            bases=['Table'],
        ),
    ]
