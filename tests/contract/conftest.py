"""One suite for every adapter of the journal: what holds here is what the rest of the gateway may rely on."""

import pytest
from contract.samples import Store


@pytest.fixture(params=["memory", "sqlite"])
async def store(request, tmp_path):
    """A journal that can be closed and opened again."""
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'yidi.db'}"
    store = await Store.open(url)
    yield store
    await store.journal.close()


@pytest.fixture
def journal(store):
    return store.journal


@pytest.fixture
async def sqlite(tmp_path):
    """The database adapter alone, for what only a file can show."""
    store = await Store.open(f"sqlite:///{tmp_path / 'yidi.db'}")
    yield store
    await store.journal.close()
