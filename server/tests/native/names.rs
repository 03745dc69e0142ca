//! A file is found under the name that its upload was told, through every door that takes graphs.

use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::person::Person;
use crate::target::Target;

/// A picture that is so wide.
fn png(width: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(width, 32, image::Rgb([9, 99, 199]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Saves the picture of this name as it is.
fn copies(name: &str) -> Value {
    json!({
        "1": {"class_type": "LoadImage", "inputs": {"image": name}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "copy"}},
    })
}

/// How wide the picture is that the newest job of theirs has made.
async fn width_of_the_newest(person: &Person) -> Value {
    loop {
        let list = person.get("/api/parlor/v1/jobs?limit=1").await;
        let job = &list["jobs"][0];
        assert_ne!(job["status"], "failed", "{job}");
        if job["status"] == "succeeded" {
            return job["outputs"][0]["width"].clone();
        }
    }
}

#[tokio::test]
async fn a_name_means_the_same_file_through_every_door() {
    let target = Target::start(|_| ()).await;
    let one = Person::visit(&target).await;
    assert_eq!(one.upload("dup.png", png(33)).await, "dup.png");
    assert_eq!(one.upload("dup.png", png(34)).await, "dup (1).png");
    let form = Form::new()
        .part("image", Part::bytes(png(35)).file_name("sub.png"))
        .text("subfolder", "pics");
    let to = format!("{}/upload/image", one.url);
    one.http.post(to).multipart(form).send().await.unwrap().error_for_status().unwrap();

    for (name, width) in [
        ("dup.png", 33),
        ("dup (1).png", 34),
        ("pics/sub.png", 35),
        ("dup.png [input]", 33),
        ("./pics//sub.png [input]", 35),
    ] {
        for (door, path, body) in [
            ("native", "/prompt", json!({"prompt": copies(name)})),
            ("v2", "/api/v2/jobs", json!({"workflow": copies(name)})),
            ("serverless", "/api/serverless/run", copies(name)),
        ] {
            let answer = one.post(path, &body).await;
            let status = answer.status();
            assert!(status.is_success(), "{door} {name}: {}", answer.text().await.unwrap());
            assert_eq!(width_of_the_newest(&one).await, width, "{door}: {name}");
        }
    }
}

// safety 6
#[tokio::test]
async fn a_name_that_leads_elsewhere_is_no_name_through_any_door() {
    let target = Target::start(|_| ()).await;
    let [one, two] = [Person::visit(&target).await, Person::visit(&target).await];
    two.upload("theirs.png", png(33)).await;
    one.upload("mine.png", png(33)).await;
    for name in ["theirs.png", "../mine.png", "/etc/passwd", "mine.png [output]", "pics/mine.png"] {
        for (path, body) in [
            ("/prompt", json!({"prompt": copies(name)})),
            ("/api/v2/jobs", json!({"workflow": copies(name)})),
            ("/api/serverless/run", copies(name)),
        ] {
            let status = one.post(path, &body).await.status();
            let refused = [StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY];
            assert!(refused.contains(&status), "{path} {name}: {status}");
        }
    }
}
