"""XFiFo, XBufferSlot, XBufferSlots."""

from checks import expect, raises, run

from MicroWebSrv2 import XBufferSlot, XBufferSlots, XFiFo, XFiFoException


def first_in_first_out():
    queue = XFiFo()
    expect(queue.Empty, True)
    for item in (1, None, "x"):
        queue.Put(item)
    expect(queue.Empty, False)
    expect([queue.Get(), queue.Get()], [1, None])
    queue.Put(2)
    expect([queue.Get(), queue.Get(), queue.Empty], ["x", 2, True])
    raises(XFiFoException, "empty", queue.Get)
    queue.Put(3)
    queue.Clear()
    expect(queue.Empty, True)
    queue.Put(4)
    expect(queue.Get(), 4)


class Counted(XFiFo):
    """A queue that counts what it was given."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def Put(self, obj):
        self.count += 1
        super().Put(obj)


class Named(XBufferSlots):
    """Slots that have a name."""

    name = "slots"


def classes_of_ones_own():
    queue = Counted()
    expect(queue.Empty, True)
    queue.Put(1)
    expect([queue.Get(), queue.Empty, queue.count], [1, True, 1])
    slots = Named(2, 10)
    expect([slots.name, slots.SlotsCount, len(slots.GetAvailableSlot().Buffer), len(slots.Slots)], ["slots", 2, 10, 2])


def slots_are_lent_and_given_back():
    slots = XBufferSlots(2, 100)
    expect([slots.SlotsCount, slots.SlotsSize, len(slots.Slots)], [2, 100, 2])
    one = slots.GetAvailableSlot()
    two = slots.GetAvailableSlot()
    expect([one is two, slots.GetAvailableSlot()], [False, None])
    expect([one.Available, one.Size, len(one.Buffer)], [False, 100, 100])
    buffer = one.Buffer
    one.Available = True
    one.Available = True  # twice does not lend it twice
    expect([slot.Available for slot in slots.Slots].count(True), 1)
    again = slots.GetAvailableSlot()
    expect([again is one, again.Buffer is buffer, slots.GetAvailableSlot()], [True, True, None])


def slots_without_memory_of_their_own():
    slots = XBufferSlots(1, 100, keepAlloc=False)
    slot = slots.GetAvailableSlot()
    slot.Buffer[0] = 1
    expect([len(slot.Buffer), slot.Buffer[0]], [100, 1])
    slot.Available = True
    expect(slots.GetAvailableSlot().Buffer[0], 0)


def a_slot_alone():
    slot = XBufferSlot(5)
    expect([slot.Size, len(slot.Buffer), slot.Available], [5, 5, True])


def bad_arguments():
    for arguments in ((0, 5), (5, 0), ("1", 5), (1, None)):
        raises(ValueError, "must be a positive integer", XBufferSlots, *arguments)
    raises(ValueError, '"size"', XBufferSlot, 0)


run(
    [
        first_in_first_out,
        classes_of_ones_own,
        slots_are_lent_and_given_back,
        slots_without_memory_of_their_own,
        a_slot_alone,
        bad_arguments,
    ]
)
