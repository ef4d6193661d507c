from tests.api.conftest import Client, Desk


async def test_create(client: Client) -> None:
    made = await client.post("/v1/helpdesk/tickets", {"text": "hi", "context": {"a": "b"}})
    print(made)
    got = await client.get("/v1/helpdesk/tickets/" + made.json["id"])
    print(got.body)
    print((await client.get("/v1/helpdesk/tickets")).body)
    print((await client.post("/v1/helpdesk/request")).body)
    print((await client.get("/v1/helpdesk/settings")).body)
    print((await client.get("/metrics")).body.decode()[:3000])
    print((await client.post("/v1/helpdesk/tickets", {"text": "", "x": 1})).body)
    print((await client.get("/v1/helpdesk/tickets", limit="5.0", zz=1)).body)
    print((await client.get("/nope")).body)
    print((await client.delete("/v1/helpdesk/tickets")).headers)
    assert 0
