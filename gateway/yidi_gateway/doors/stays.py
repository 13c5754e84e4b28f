"""The calls of a HIS about stays: each goes to the desk for stays."""

from yidi_gateway.doors.table import Asked, House
from yidi_gateway.visits import Answer


async def admit(house: House, asked: Asked) -> Answer:
    return await house.stays.admit(asked.call, asked.body)


async def fees(house: House, asked: Asked) -> Answer:
    return await house.stays.fees(asked.call, asked.path["stay_id"], asked.body)


async def outside(house: House, asked: Asked) -> Answer:
    return await house.stays.outside(asked.call, asked.path["stay_id"], asked.body)


async def change(house: House, asked: Asked) -> Answer:
    return await house.stays.change(asked.call, asked.path["stay_id"], asked.body)


async def commitment(house: House, asked: Asked) -> Answer:
    return await house.stays.commitment(asked.call, asked.path["stay_id"], asked.body)


async def discharge(house: House, asked: Asked) -> Answer:
    return await house.stays.discharge(asked.call, asked.path["stay_id"], asked.body)


async def presettle(house: House, asked: Asked) -> Answer:
    return await house.stays.presettle(asked.call, asked.path["stay_id"], asked.body)


async def settle(house: House, asked: Asked) -> Answer:
    return await house.stays.settle(asked.call, asked.path["stay_id"], asked.body)


async def cancel(house: House, asked: Asked) -> Answer:
    return await house.stays.cancel(asked.call, asked.path["stay_id"], asked.body)


async def stay(house: House, asked: Asked) -> Answer:
    return await house.stays.stay(asked.call, asked.path["stay_id"])
