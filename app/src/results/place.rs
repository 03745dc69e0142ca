//! Which result is open, as it stands in the address: `?job=…&output=…`.

use wire::JobId;

/// One output of one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    pub job: JobId,
    /// Counts from 0.
    pub output: u32,
}

impl Place {
    /// What a list knows it by.
    pub(crate) fn key(&self) -> crate::dom::Key {
        (self.job.0.as_u128(), self.output)
    }

    /// Reads the values of `job` and `output`; a missing output is the first.
    pub fn parse(job: &str, output: Option<&str>) -> Option<Self> {
        let output = output.map_or(Some(0), |text| text.parse().ok())?;
        Some(Self { job: job.parse().ok()?, output })
    }

    /// The search part of a link to it, without the question mark.
    pub fn query(self) -> String {
        let Self { job, output } = self;
        if output == 0 { format!("job={job}") } else { format!("job={job}&output={output}") }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_link_leads_back_to_the_same_place() {
        let job = JobId(Uuid::from_u128(0xabc));
        for output in [0, 3] {
            let query = Place { job, output }.query();
            let value = |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(key));
            assert_eq!(
                Place::parse(value("job=").unwrap(), value("output=")),
                Some(Place { job, output })
            );
        }
    }

    #[test]
    fn a_broken_link_leads_nowhere() {
        assert_eq!(Place::parse("x", None), None);
        assert_eq!(Place::parse(&Uuid::nil().to_string(), Some("-1")), None);
    }
}
