//! What a ComfyUI puts into the names of files: `%width%`, `%hour%` and so on (ComfyUI protocol notes §5).

use jiff::Timestamp;
use wire::JobId;

use super::made_at;
use crate::workflows::size_in;

/// What stands for parts of the time, as `strftime` has them.
const MOMENT: [(&str, &str); 6] = [
    ("%year%", "%Y"),
    ("%month%", "%m"),
    ("%day%", "%d"),
    ("%hour%", "%H"),
    ("%minute%", "%M"),
    ("%second%", "%S"),
];

/// The prefix as a file of a job has it, which its backend called `stem`: with the size as it stands there, and with
/// the time when the job was made, in UTC, so that the name is the same whenever it is asked for. What nobody knows
/// stays as it is.
pub(super) fn expanded(prefix: &str, (stem, job): (&str, JobId)) -> String {
    let mut text = prefix.to_owned();
    if let Some((width, height)) = size_in(stem) {
        text = text.replace("%width%", width).replace("%height%", height);
    }
    let at = Timestamp::from_millisecond(made_at(job)).unwrap_or_default();
    for (word, form) in MOMENT.iter().filter(|(word, _)| prefix.contains(word)) {
        text = text.replace(word, &at.strftime(form).to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_size_and_the_time_that_its_graph_wants_in_it() {
        // 2022-02-22 19:22:22 UTC, as RFC 9562 has it.
        let job = JobId("017f22e2-79b0-7cc3-98c4-dc0c0c07398f".parse().unwrap());
        let prefix = "%year%-%month%-%day% %hour%:%minute%:%second% %width%x%height% 5%";
        let name = |stem| expanded(prefix, (stem, job));
        assert_eq!(name("parlor_512x768_00001_"), "2022-02-22 19:22:22 512x768 5%");
        for other in ["parlor_00001_", "parlor_%width%x%height%_1", "x_512x768_1", "", "parlor_x_1"]
        {
            assert!(!name(other).contains("512"), "{other}");
        }
        assert_eq!(expanded("plain", ("parlor_1x2_00001_", job)), "plain");
    }
}
