"""A case system in small, with nothing but nats-py: it takes every confirmed lead, makes a case of it once, and tells Harrier so.

    python3 consumer.py nats://cases:PASSWORD@localhost:4222
"""

import asyncio
import json
import sys

import nats


async def main(address):
    nc = await nats.connect(address, inbox_prefix="_INBOX_cases", max_reconnect_attempts=-1)
    revisions = {}  # by lead; a real case system keeps them, with its cases, in its database
    telling = set()

    async def tell(lead, number):
        """Says that a case was made, until Harrier has kept it."""
        body = json.dumps({"state": "accepted", "case": number}).encode()
        while True:
            try:
                reply = json.loads((await nc.request("cases.feedback." + lead, body, timeout=2)).data)
                if not reply.get("ok"):  # sending it again would not help
                    print(f"{number}: Harrier says: {reply.get('error')}", flush=True)
                return
            except (nats.errors.TimeoutError, nats.errors.NoRespondersError):
                await asyncio.sleep(1)

    async def take(message):
        try:
            data = json.loads(message.data)["data"]
            lead, revision = data["lead"], data["revision"]
        except (ValueError, KeyError, TypeError):
            print("passed over: no lead on", message.subject, flush=True)
            return
        known = revisions.get(lead, 0)
        if revision <= known:
            return  # it was there already, or a newer one was
        revisions[lead] = revision
        if known:
            return  # more is known of a case that is open
        number = "CASE-" + lead
        print(f"{number}: {data['scene']} at {data['lon']}, {data['lat']}, cell {data['cell']}", flush=True)  # WGS-84
        task = asyncio.create_task(tell(lead, number))
        telling.add(task)
        task.add_done_callback(telling.discard)

    await nc.subscribe("leads.confirmed.>", cb=take)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1]))
