"""A script as people write them for ComfyUI: urllib and websocket-client of PyPI, unmodified.

It says who it is when it submits and when it listens, waits on the socket until nothing of its
prompt runs any more, reads what was made from history, and fetches it. `PARLOR_SERVER` is host and
port. Ends with 0 when a picture came, and previews before it.
"""

import json
import os
import urllib.parse
import urllib.request
import uuid

import websocket

SERVER = os.environ["PARLOR_SERVER"]
ME = str(uuid.uuid4())


def node(class_type, **inputs):
    return {"class_type": class_type, "inputs": inputs}


GRAPH = {
    "3": node("KSampler", seed=uuid.uuid4().int % 2**32, steps=6, cfg=4.0, sampler_name="euler", scheduler="normal",
              denoise=1.0, model=["4", 0], positive=["6", 0], negative=["7", 0], latent_image=["5", 0]),
    "4": node("CheckpointLoaderSimple", ckpt_name="parlor-painter.safetensors"),
    "5": node("EmptyLatentImage", width=64, height=64, batch_size=1),
    "6": node("CLIPTextEncode", text="a red fox", clip=["4", 1]),
    "7": node("CLIPTextEncode", text="blurry", clip=["4", 1]),
    "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
    "9": node("SaveImage", filename_prefix="script", images=["8", 0]),
}


def get(path, **query):
    with urllib.request.urlopen(f"http://{SERVER}{path}?{urllib.parse.urlencode(query)}") as answer:
        return answer.read()


def submit():
    body = json.dumps({"prompt": GRAPH, "client_id": ME}).encode()
    # No type is said: urllib calls it a form.
    with urllib.request.urlopen(urllib.request.Request(f"http://{SERVER}/prompt", data=body)) as answer:
        return json.loads(answer.read())["prompt_id"]


def wait_for(prompt_id, socket):
    """Reads until the prompt is over; which nodes began or were known, and how many previews came."""
    begun, previews = [], 0
    while True:
        said = socket.recv()
        if not isinstance(said, str):
            # Eight bytes of kind and format come before the picture.
            previews += said[8:10] == b"\xff\xd8"
            continue
        message = json.loads(said)
        data = message["data"]
        if data.get("prompt_id") != prompt_id:
            continue
        if message["type"] == "execution_cached":
            begun += data["nodes"]
        if message["type"] != "executing":
            continue
        if data["node"] is None:
            return begun, previews
        begun.append(data["node"])


socket = websocket.WebSocket()
socket.connect(f"ws://{SERVER}/ws?clientId={ME}")
prompt_id = submit()
begun, previews = wait_for(prompt_id, socket)
socket.close()
assert sorted(begun) == sorted(GRAPH), begun
assert previews > 0, "no preview came"

history = json.loads(get(f"/history/{prompt_id}"))[prompt_id]
assert history["status"]["status_str"] == "success", history["status"]
(image,) = history["outputs"]["9"]["images"]
picture = get("/view", filename=image["filename"], subfolder=image["subfolder"], type=image["type"])
assert picture.startswith(b"\x89PNG"), picture[:20]
assert image["filename"].startswith("script_"), image
