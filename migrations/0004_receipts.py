from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('models', '0003_viewers')]

    initial = False

    operations = [
        ops.AddIndex(model_name='Vote', index=Index(fields=['voter_id', 'cast_at'])),
    ]
