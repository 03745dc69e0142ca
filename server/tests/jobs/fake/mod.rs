//! A ComfyUI that does as it is told: runs, waits, fails, lies and dies.
//!
//! It lives on a runtime of its own, so that killing it is as sudden as
//! `kill -9`: every connection is gone at once, and so is all it knew.

mod routes;
mod work;

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::Message;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, mpsc};

/// What the fake does with everything it is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Well,
    /// Answers every route with a web page.
    Html,
    /// Takes prompts and never runs them.
    Stuck,
    /// Says nothing on its sockets.
    Mute,
    /// Refuses every prompt.
    Refusing,
    /// Every sampler fails.
    Failing,
    /// Sends nonsense, repeats itself, and writes `NaN` into history.
    Odd,
    /// Accepts a prompt, then breaks the connection instead of answering.
    Vague,
    /// Answers a request for a file without end.
    Endless,
    /// Answers a request for a file only once it is in another mood.
    Late,
    /// Accepts connections and never answers.
    Silent,
    /// Refuses uploads for no reason.
    NoUploads,
    /// Has not got the node that sharpens.
    Blunt,
    /// Has a model that no other has, and none besides.
    Other,
}

/// What the world and the fake share.
#[derive(Default)]
pub struct Inner {
    pub mood: Mutex<Mood>,
    /// Sampling steps that may be made.
    steps: Option<Semaphore>,
    pub pending: Mutex<VecDeque<Prompt>>,
    pub running: Mutex<Option<Prompt>>,
    history: Mutex<HashMap<String, Value>>,
    sockets: Mutex<HashMap<String, mpsc::UnboundedSender<Message>>>,
    /// Every prompt ever accepted.
    pub accepted: Mutex<Vec<Prompt>>,
    asked: AtomicUsize,
    viewed: AtomicUsize,
    pub uploads: Mutex<HashMap<String, Bytes>>,
    /// What its output nodes show instead of a picture.
    pub shown: Mutex<Option<Value>>,
    /// What it has to show, by file name.
    pub files: Mutex<HashMap<String, Bytes>>,
    cancelled: Mutex<Vec<String>>,
    queued: Notify,
    interrupt: Notify,
    cheered: Notify,
}

#[derive(Debug, Clone)]
pub struct Prompt {
    pub id: String,
    pub client_id: String,
    pub body: Value,
}

/// A running fake.
pub struct Fake {
    pub inner: Arc<Inner>,
    pub address: SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Fake {
    /// One that runs everything at once.
    pub fn start() -> Self {
        Self::listen("127.0.0.1:0".parse().unwrap(), Inner::default())
    }

    /// One that makes a sampling step only when told.
    pub fn start_held() -> Self {
        let inner = Inner { steps: Some(Semaphore::new(0)), ..Inner::default() };
        Self::listen("127.0.0.1:0".parse().unwrap(), inner)
    }

    /// A new process at the address of one that was killed.
    pub fn restart(address: SocketAddr) -> Self {
        Self::listen(address, Inner::default())
    }

    /// The same, held.
    pub fn restart_held(address: SocketAddr) -> Self {
        let inner = Inner { steps: Some(Semaphore::new(0)), ..Inner::default() };
        Self::listen(address, inner)
    }

    fn listen(address: SocketAddr, inner: Inner) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let inner = Arc::new(inner);
        let (told, heard) = std::sync::mpsc::channel();
        let shared = Arc::clone(&inner);
        runtime.spawn(async move {
            let listener = TcpListener::bind(address).await.unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            tokio::spawn(work::work(Arc::clone(&shared)));
            axum::serve(listener, routes::app(shared)).await.unwrap();
        });
        Self { inner, address: heard.recv().unwrap(), runtime: Some(runtime) }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn set(&self, mood: Mood) {
        *self.inner.mood.lock().unwrap() = mood;
        self.inner.cheered.notify_waiters();
    }

    /// Lets a held fake make this many steps.
    pub fn allow(&self, steps: usize) {
        self.inner.steps.as_ref().unwrap().add_permits(steps);
    }

    /// Ids of the prompts accepted so far.
    pub fn accepted(&self) -> Vec<String> {
        self.inner.accepted.lock().unwrap().iter().map(|prompt| prompt.id.clone()).collect()
    }

    /// From now on its nodes show this, of these files.
    pub fn show(&self, shown: Value, files: impl IntoIterator<Item = (&'static str, Vec<u8>)>) {
        *self.inner.shown.lock().unwrap() = Some(shown);
        let files = files.into_iter().map(|(name, content)| (name.to_owned(), content.into()));
        self.inner.files.lock().unwrap().extend(files);
    }

    /// As sudden as `kill -9`. Its port is free when this returns.
    pub fn kill(&mut self) {
        let runtime = self.runtime.take().unwrap();
        let ending = std::thread::spawn(|| runtime.shutdown_timeout(Duration::from_secs(30)));
        ending.join().unwrap();
    }

    /// Ids of the sockets that are open.
    pub fn sockets(&self) -> Vec<String> {
        self.inner.sockets.lock().unwrap().keys().cloned().collect()
    }

    pub fn has_sockets(&self) -> bool {
        !self.sockets().is_empty()
    }

    /// How often it was asked for its queue.
    pub fn asked(&self) -> usize {
        self.inner.asked.load(Ordering::Relaxed)
    }

    /// How often it was asked for a file.
    pub fn viewed(&self) -> usize {
        self.inner.viewed.load(Ordering::Relaxed)
    }

    /// Closes every socket, as a bad network does.
    pub fn drop_sockets(&self) {
        self.inner.sockets.lock().unwrap().clear();
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Inner {
    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap()
    }

    fn say(&self, client_id: &str, kind: &str, data: &Value) {
        self.send(client_id, Message::text(json!({ "type": kind, "data": data }).to_string()));
    }

    fn send(&self, client_id: &str, message: Message) {
        if self.mood() != Mood::Mute
            && let Some(socket) = self.sockets.lock().unwrap().get(client_id)
        {
            let _ = socket.send(message);
        }
    }

    fn say_status(&self) {
        let remaining = self.pending.lock().unwrap().len();
        let data = json!({ "status": { "exec_info": { "queue_remaining": remaining } } });
        let ids: Vec<_> = self.sockets.lock().unwrap().keys().cloned().collect();
        for id in ids {
            self.say(&id, "status", &data);
        }
    }
}

/// A small picture of one colour.
pub fn picture(colour: [u8; 3], format: &str) -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(32, 24, image::Rgb(colour));
    let format = if format == "PNG" { image::ImageFormat::Png } else { image::ImageFormat::Jpeg };
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}
