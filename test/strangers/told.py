"""How a script of a stranger tells what it does: a line for each step, and the first thing that went wrong ends it."""
import contextlib


@contextlib.contextmanager
def step(name):
    try:
        yield
    except BaseException:
        print(f"NO  {name}")
        raise
    print(f"ok  {name}")


def same(seen, wanted, what=""):
    assert seen == wanted, f"{what}: saw {seen!r}, wanted {wanted!r}"


@contextlib.contextmanager
def refused(kind):
    """The block has to raise; what it raised is appended to the list that it gives."""
    raised = []
    try:
        yield raised
    except kind as trouble:
        raised.append(trouble)
    assert raised, "nothing was refused"
