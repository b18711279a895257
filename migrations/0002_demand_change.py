from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='DemandChange',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('intake_id', fields.UUIDField()),
                ('demand_id', fields.UUIDField()),
                ('title', fields.CharField(max_length=120)),
                ('description', fields.TextField(unique=False)),
                ('domain', fields.CharField(max_length=40)),
                ('place', fields.CharField(max_length=120)),
                ('source', fields.CharField(max_length=60)),
                ('raised_on', fields.DateField()),
                ('supporters_listed', fields.IntField()),
                ('contact_name', fields.CharField(max_length=60)),
                ('contact_phone', fields.CharField(max_length=30)),
            ],
            options={'table': 'demand_change', 'app': 'models', 'unique_together': (('intake_id', 'demand_id'),), 'pk_attr': 'id'},
            bases=['Table'],
        ),
    ]
