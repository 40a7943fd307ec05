"""Sagas through a live worker."""

from tests.messaging.floor import Floor, eventually, once


def test_confirmed_and_compensated_sagas_have_each_effect_once(floor: Floor):
    floor.worker()

    floor.begin(range(20))
    floor.begin(range(20, 30), mode="refuse")

    assert eventually(lambda: floor.running() == 0, 20)
    assert floor.statuses() == {"done": 20, "compensated": 10}
    assert floor.effects("alpha") == floor.effects("beta") == once(range(30))
    assert floor.effects("gamma") == once(range(20))
    assert floor.effects("alpha", "undo") == floor.effects("beta", "undo") == once(range(20, 30))
    assert floor.effects("beta", "heard") == once(range(30))
