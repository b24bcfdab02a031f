"""Made-up rows of the database."""

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from releases.models import SavedView


class SavedViewFactory(DjangoModelFactory[SavedView]):
    """`SavedViewFactory(user=…)`, for whom it must be given."""

    class Meta:
        model = SavedView

    name = Sequence(lambda number: f"View {number}")
    query = "phase=failed"
