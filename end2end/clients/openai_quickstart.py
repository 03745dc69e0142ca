"""OpenAI's own Python client, unmodified, against Parlor: base URL and key only.

`OPENAI_BASE_URL` and `OPENAI_API_KEY` name the house. Ends with 0 when pictures
come as they do from OpenAI.
"""

import base64
import io

from openai import AuthenticationError, BadRequestError, NotFoundError, OpenAI, UnprocessableEntityError

client = OpenAI()
SMALL = {"size": "256x256", "extra_body": {"steps": 4}}


def is_png(b64: str) -> bool:
    return base64.b64decode(b64).startswith(b"\x89PNG")


models = [model.id for model in client.models.list()]
assert "text-to-picture" in models and "gpt-image-1" in models, models
assert client.models.retrieve("gpt-image-1").object == "model"

made = client.images.generate(model="gpt-image-1", prompt="a red hill", n=2, quality="low", **SMALL)
assert len(made.data) == 2 and all(is_png(one.b64_json) for one in made.data)

link = client.images.generate(prompt="a red hill", response_format="url", **SMALL).data[0].url
assert link.startswith("http"), link

stream = client.images.generate(prompt="a blue lake", stream=True, partial_images=2, size="256x256",
                                extra_body={"steps": 12})
seen = [(event.type, getattr(event, "partial_image_index", None)) for event in stream]
partial = "image_generation.partial_image"
assert seen == [(partial, 0), (partial, 1), ("image_generation.completed", None)], seen

picture = io.BytesIO(base64.b64decode(made.data[0].b64_json))
picture.name = "hill.png"
edited = client.images.edit(model="picture-to-picture", image=picture, prompt="at night", extra_body={"steps": 4})
assert is_png(edited.data[0].b64_json)

for error, ask in [
    (NotFoundError, {"prompt": "x", "model": "no-such"}),
    (UnprocessableEntityError, {"prompt": "x", "size": "huge"}),
    (BadRequestError, {"prompt": 5}),
]:
    try:
        client.images.generate(**ask)
    except error as refused:
        assert refused.body["message"], refused.body
    else:
        raise AssertionError(f"{ask} was taken")

try:
    OpenAI(api_key="sk-wrong").models.list()
except AuthenticationError as refused:
    assert refused.code == "invalid_api_key", refused.body
else:
    raise AssertionError("a wrong key was taken")
