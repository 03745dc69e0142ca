//! What a 3D view sends: pictures that only a browser can draw, and the camera.

use serde_json::{Value, json};

use crate::convert::file::Placed;

type Vector = [f64; 3];

/// What the view of `node` would send, with the camera that its author left.
/// The pictures are empty: nobody has drawn them. `None` if no camera was kept.
pub(super) fn seen(node: &Placed) -> Option<Value> {
    let config = node.properties.get("Camera Config")?;
    let state = config.get("state")?;
    let position = vector(&state["position"])?;
    let target = vector(&state["target"])?;
    let [x, y, z, w] = looking(position, target);
    let camera = json!({
        "position": state["position"],
        "target": state["target"],
        "zoom": state["zoom"],
        "cameraType": state["cameraType"],
        "quaternion": {"x": x, "y": y, "z": z, "w": w},
        "fov": config["fov"],
        "aspect": 1,
        "near": 0.01,
        "far": 10000,
        "frustum": {"left": -5, "right": 5, "top": 5, "bottom": -5},
    });
    Some(json!({
        "image": "",
        "mask": "",
        "normal": "",
        "camera_info": camera,
        "recording": "",
        "model_3d_info": [],
    }))
}

fn vector(value: &Value) -> Option<Vector> {
    Some([value["x"].as_f64()?, value["y"].as_f64()?, value["z"].as_f64()?])
}

/// The rotation, as a quaternion, of a camera at `position` that looks at
/// `target` and keeps its head up.
fn looking(position: Vector, target: Vector) -> [f64; 4] {
    let back = unit(std::array::from_fn(|axis| position[axis] - target[axis]), [0., 0., 1.]);
    let right = unit(cross([0., 1., 0.], back), [1., 0., 0.]);
    let up = cross(back, right);
    let [[m11, m21, m31], [m12, m22, m32], [m13, m23, m33]] = [right, up, back];
    let trace = m11 + m22 + m33;
    // The largest of the four is divided by, so that nothing is lost.
    if trace > 0. {
        let s = 0.5 / (trace + 1.).sqrt();
        [(m32 - m23) * s, (m13 - m31) * s, (m21 - m12) * s, 0.25 / s]
    } else if m11 > m22 && m11 > m33 {
        let s = 2. * (1. + m11 - m22 - m33).sqrt();
        [0.25 * s, (m12 + m21) / s, (m13 + m31) / s, (m32 - m23) / s]
    } else if m22 > m33 {
        let s = 2. * (1. + m22 - m11 - m33).sqrt();
        [(m12 + m21) / s, 0.25 * s, (m23 + m32) / s, (m13 - m31) / s]
    } else {
        let s = 2. * (1. + m33 - m11 - m22).sqrt();
        [(m13 + m31) / s, (m23 + m32) / s, 0.25 * s, (m21 - m12) / s]
    }
}

fn cross([ax, ay, az]: Vector, [bx, by, bz]: Vector) -> Vector {
    [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx]
}

/// `vector` with length 1, or `otherwise` if it has none.
fn unit(vector: Vector, otherwise: Vector) -> Vector {
    let [x, y, z] = vector;
    let length = (x * x + y * y + z * z).sqrt();
    if length == 0. { otherwise } else { vector.map(|part| part * (1. / length)) }
}
