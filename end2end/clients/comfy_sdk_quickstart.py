"""Comfy's own Python SDK, unmodified, against Parlor: base URL and key only.

`COMFY_BASE_URL` and `COMFY_API_KEY` name the house; the first argument is a
folder for files. Ends with 0 when everything its quick start promises holds.
"""

import sys
from pathlib import Path

from comfy_sdk import Comfy
from comfy_sdk.events import OutputReady, Preview, Progress, StatusChange
from comfy_sdk.exceptions import ComfyError, NotFound

folder = Path(sys.argv[1])
client = Comfy()


def painting(steps: int, seed: int) -> dict:
    """Text to picture, as ComfyUI exports it."""
    return {
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": sys.argv[2]}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 256, "height": 256, "batch_size": 1}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a red hill", "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["4", 1]}},
        "3": {
            "class_type": "KSampler",
            "inputs": {
                "seed": seed, "steps": steps, "cfg": 7.0, "sampler_name": "euler", "scheduler": "normal",
                "denoise": 1.0, "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0],
                "latent_image": ["5", 0],
            },
        },
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "ComfyUI"}},
    }


def refused(code: str, call) -> None:
    try:
        call()
    except ComfyError as error:
        assert error.code == code, (error.code, code)
        return
    raise AssertionError(f"nothing was refused; {code} was expected")


# Submit, follow, download.
job = client.submit(client.workflows.from_json(painting(12, 1)))
seen = list(job.events())
kinds = {type(event) for event in seen}
assert {Progress, Preview, OutputReady, StatusChange} <= kinds, kinds
preview = next(event for event in seen if isinstance(event, Preview))
assert preview.content_type.startswith("image/") and len(preview.data) > 100, preview.content_type
assert isinstance(seen[-1], StatusChange) and seen[-1].status == "succeeded", seen[-1]
made = job.result().get_outputs("9")[0]
picture = made.to_file(folder / "made.png")
assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
assert made.to_bytes(range=(0, 3)) == b"\x89PNG"
assert made.name.startswith("ComfyUI_"), made.name
assert made.get_download_url().url.startswith("http")

# The same from its id alone, and the graph behind it.
found = client.jobs.get(job.id)
assert found.status == "succeeded" and found.outputs[0].id == made.id
workflow = found.get_workflow()
assert workflow.format == "api" and workflow.graph["3"]["inputs"]["steps"] == 12

# Hand in a file; the same bytes are not sent again.
photo = client.assets.from_file(picture)
photo.commit()
again = client.assets.from_file(picture)
again.commit()
assert again.created_new is False and again.hash == photo.hash
unnamed = client.assets.from_bytes(picture.read_bytes())
unnamed.commit()
assert unnamed.hash == photo.hash and unnamed.id != photo.id == again.id

# Run what reads it.
inverts = client.workflows.from_json({
    "1": {"class_type": "LoadImage", "inputs": {}},
    "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
    "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "ComfyUI"}},
})
inverts.set_input("1", "image", photo)
first = client.submit(inverts)
turned = first.result().get_outputs("3")[0].to_bytes()
assert turned != picture.read_bytes()

# What a job ran is what was sent, files and all, and runs again.
sent = client.jobs.get(first.id).get_workflow().graph
assert sent["1"]["inputs"]["image"]["info"]["id"] == photo.id, sent
assert client.run(client.workflows.from_json(sent)).get_outputs("3")[0].to_bytes() == turned

# Stop one.
slow = client.submit(client.workflows.from_json(painting(100, 2)))
slow.cancel()
assert slow.wait(timeout=60).status == "canceled", slow.status

# What cannot be done is said in a way that the SDK understands.
refused("invalid_workflow", lambda: client.submit(client.workflows.from_json({"1": {"class_type": "Shell", "inputs": {}}})))
key = "a-key-of-mine"
client.submit(client.workflows.from_json(painting(1, 3)), idempotency_key=key).wait()
refused("idempotency_key_reuse", lambda: client.submit(client.workflows.from_json(painting(1, 3)), idempotency_key=key))
photo.delete()
try:
    client.assets.get(again.id)
    raise AssertionError("a deleted asset was found")
except NotFound:
    pass
assert client.assets.get(unnamed.id).hash == unnamed.hash, "the same bytes under another path"
print("comfy-sdk: upload with dedup, run, events, previews, download, cancel, workflow")
