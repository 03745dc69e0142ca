//! Every kind of output, from what nodes show to what is stored.

use parlor::jobs::Limits;
use serde_json::{Value, json};
use wire::{JobStatus, OutputKind};

use crate::fake::{Fake, Mood, picture};
use crate::house::{House, eventually, somebody};

fn file(name: &str, folder: &str) -> Value {
    json!({ "filename": name, "subfolder": "", "type": folder })
}

fn boxed(name: &str, content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32 + 8).to_be_bytes()[..], name.as_bytes(), content].concat()
}

/// A film whose tags hold a secret.
pub fn film() -> Vec<u8> {
    let tags = boxed("moov", &boxed("udta", b"secret"));
    [boxed("ftyp", b"isom\0\0\0\0"), tags, boxed("mdat", b"CONTENT")].concat()
}

fn flac() -> Vec<u8> {
    [&b"fLaC\0\0\0\x22"[..], &[1; 34], b"\x84\0\0\x06secret", b"CONTENT"].concat()
}

/// One pixel, twice.
fn gif() -> Vec<u8> {
    let frame = b"\x21\xf9\x04\0\0\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0";
    [&b"GIF89a\x01\0\x01\0\x80\0\0......"[..], &frame.repeat(2), b"\x3b"].concat()
}

/// A picture with a text in it, as ComfyUI writes its graph.
fn tagged_png() -> Vec<u8> {
    use img_parts::png::{Png, PngChunk};

    let mut png = Png::from_bytes(picture([9, 9, 9], "PNG").into()).unwrap();
    let chunk = PngChunk::new(*b"tEXt", bytes::Bytes::from_static(b"prompt\0secret"));
    png.chunks_mut().insert(1, chunk);
    png.encoder().bytes().to_vec()
}

/// Something of everything, under the keys that nodes use.
fn shows_everything(fake: &Fake) {
    let shown = json!({
        "9": { "images": [file("a.png", "output"), file("b.gif", "output")], "animated": [false, true] },
        "10": { "gifs": [{ "filename": "c.mp4", "type": "output", "format": "video/h264-mp4" }] },
        "11": { "audio": [file("d.flac", "output")], "odd": [[file("e.glb", "output")]] },
        "12": { "latents": [file("f.latent", "output")], "text": ["three words here"] },
        "13": { "result": ["3d/g.ply", "gone.glb"], "preview": [file("h.png", "temp")] },
        "14": { "files": [file("i.svg", "output"), file("j.md", "output")] },
    });
    let latent = br#"{"__metadata__":{"prompt":"secret"},"t":{"dtype":"U8","shape":[7],"data_offsets":[0,7]}}"#;
    let latent = [&(latent.len() as u64).to_le_bytes()[..], latent, b"CONTENT"].concat();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><metadata>secret</metadata></svg>";
    fake.show(
        shown,
        [
            ("a.png", tagged_png()),
            ("b.gif", gif()),
            ("c.mp4", film()),
            ("d.flac", flac()),
            ("e.glb", b"glTF\x02\0\0\0\x1e\0\0\0\x0a\0\0\0JSON{\"asset\":1}".to_vec()),
            ("f.latent", latent),
            ("g.ply", b"ply\nformat ascii 1.0\n".to_vec()),
            ("h.png", picture([1, 1, 1], "PNG")),
            ("i.svg", svg.to_vec()),
            ("j.md", b"# A title".to_vec()),
        ],
    );
}

#[tokio::test]
async fn every_kind_arrives_as_what_it_is_and_without_its_graph() {
    let fake = Fake::start();
    shows_everything(&fake);
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    let (job, contents) = house.made(somebody(1), job).await;

    let kinds: Vec<_> = job
        .outputs
        .iter()
        .map(|output| {
            let extension = output.name.rsplit('.').next().unwrap();
            (output.node.as_str(), output.kind, extension, output.animated)
        })
        .collect();
    let expected = [
        ("9", OutputKind::Image, "png", false),
        ("9", OutputKind::Image, "gif", true),
        ("10", OutputKind::Video, "mp4", false),
        ("11", OutputKind::Audio, "flac", false),
        ("11", OutputKind::Model, "glb", false),
        ("12", OutputKind::File, "latent", false),
        ("12", OutputKind::Text, "txt", false),
        ("14", OutputKind::File, "svg", false),
        ("14", OutputKind::Text, "md", false),
        ("13", OutputKind::Model, "ply", false),
    ];
    assert_eq!(kinds, expected, "the preview is not kept, and what is not there is no failure");
    assert_eq!(job.outputs[6].text.as_deref(), Some("three words here"));
    assert_eq!(job.outputs[8].text.as_deref(), Some("# A title"));
    for (output, content) in job.outputs.iter().zip(&contents) {
        let says = |word: &[u8]| content.windows(word.len()).any(|at| at == word);
        assert!(!says(b"secret"), "{} says how it was made", output.name);
    }
    assert_eq!(contents[1], gif(), "what moves stays as it is");
    assert!(contents[3].ends_with(b"CONTENT"));
}

// safety 26
#[tokio::test]
async fn a_text_of_a_node_is_text_whatever_it_says() {
    let fake = Fake::start();
    let words = ["<html><script>x()</script>", "BM looks like a picture"];
    fake.show(json!({ "9": { "text": words } }), []);
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    let (job, _) = house.made(somebody(1), job).await;
    for (output, words) in job.outputs.iter().zip(words) {
        assert_eq!((output.kind, output.text.as_deref()), (OutputKind::Text, Some(words)));
        assert!(output.mime.starts_with("text/plain"), "{}", output.mime);
    }
}

/// A workflow that only sends its pictures.
async fn sends_pictures(house: &House) {
    let send = json!({ "class_type": "SaveImageWebsocket", "inputs": { "images": ["1", 0] } });
    house.publish("sends", "", json!({ "9": send })).await;
}

#[tokio::test]
async fn pictures_that_come_over_the_socket_are_outputs_in_their_order() {
    let fake = Fake::start();
    fake.show(json!({}), []);
    let house = House::open(&[fake.url()]).await;
    sends_pictures(&house).await;
    let mut watch = house.parts.hub.watch_mine(somebody(1));
    let job = house.submit(somebody(1), "sends", json!({})).await.unwrap();
    let told = crate::house::told_until_over(&mut watch).await;
    let (job, contents) = house.made(somebody(1), job.id).await;
    let level =
        |content: &[u8]| image::load_from_memory(content).unwrap().to_rgb8().get_pixel(0, 0)[0];
    let levels: Vec<_> = contents.iter().map(|content| level(content)).collect();
    assert_eq!((levels, job.outputs[0].node.as_str()), (vec![10, 20, 30], "9"));
    let previews = told.iter().filter(|told| matches!(told, parlor::events::Told::Preview(_)));
    assert_eq!(previews.count(), 0, "they are no previews");
}

#[tokio::test]
async fn pictures_that_were_missed_are_made_again() {
    let fake = Fake::start_held();
    fake.show(json!({}), []);
    let house = House::open(&[fake.url()]).await;
    house.until_open().await;
    eventually("its socket is there", || fake.has_sockets()).await;
    sends_pictures(&house).await;
    let job = house.submit(somebody(1), "sends", json!({})).await.unwrap();
    house.until_status(somebody(1), job.id, JobStatus::Running).await;
    fake.drop_sockets();
    fake.allow(6);
    let (job, contents) = house.made(somebody(1), job.id).await;
    assert_eq!((contents.len(), job.attempt, fake.accepted().len()), (3, 2, 2));
}

/// How many files are in one part of the house's store.
fn stored(house: &House, part: &str) -> usize {
    let mut folders = vec![house.folder.path().join("files").join(part)];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files += 1 }
        }
    }
    files
}

/// Three files of 100 KB.
fn shows_three(fake: &Fake) {
    let files = ["a.bin", "b.bin", "c.bin"];
    let shown = json!({ "9": { "files": files.map(|name| file(name, "output")) } });
    fake.show(shown, files.map(|name| (name, vec![name.as_bytes()[0]; 100_000])));
}

// safety 9
#[tokio::test]
async fn a_job_that_makes_too_much_fails_and_leaves_nothing() {
    let fake = Fake::start();
    shows_three(&fake);
    let limits = Limits { job_bytes: 250_000, ..Limits::default() };
    let house = House::open_with(&[fake.url()], limits).await;
    let job = house.paint(somebody(1)).await;
    let failed = house.until_status(somebody(1), job, JobStatus::Failed).await;
    assert_eq!((failed.failure.unwrap().code.as_str(), fake.viewed()), ("output_lost", 3));
    assert_eq!((stored(&house, "content"), stored(&house, "incoming")), (0, 0));

    let limits = Limits { job_bytes: 300_000, ..Limits::default() };
    let house = House::open_with(&[fake.url()], limits).await;
    let job = house.paint(somebody(1)).await;
    let (_, contents) = house.made(somebody(1), job).await;
    assert!(contents.iter().zip(b"abc").all(|(content, byte)| **content == vec![*byte; 100_000]));
    assert_eq!((stored(&house, "content"), stored(&house, "incoming")), (3, 0));
}

#[tokio::test]
async fn what_was_brought_here_in_vain_is_deleted() {
    let fake = Fake::start();
    shows_three(&fake);
    let house = House::open(&[fake.url()]).await;
    fake.set(Mood::Late);
    let job = house.paint(somebody(1)).await;
    eventually("a file is asked for", || fake.viewed() == 1).await;
    house.jobs.cancel(somebody(1), job).await.unwrap();
    fake.set(Mood::Well);
    house.until_status(somebody(1), job, JobStatus::Canceled).await;
    eventually("nothing is left", || stored(&house, "content") == 0).await;
    assert_eq!((fake.viewed(), stored(&house, "incoming")), (3, 0));
}
