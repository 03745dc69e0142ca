//! Signed, expiring links to one file, for pages whose cookie does not arrive.
//!
//! A seal stands in the path (`signed/{seal}/outputs/{id}`), so that whatever
//! is added to a link (`/thumb?w=320`, `?download=1`) goes on working. It says
//! whose file it is, until when, and for which thing; it cannot be used for
//! another. The token itself never stands in an address.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use uuid::Uuid;

use super::{PrincipalId, Visitors};

/// How long a link works at least.
const LIFE: Duration = Duration::from_hours(24);
/// Links made within this time are the same, so that browsers can cache.
const STEP: Duration = Duration::from_hours(1);

const OWNER: usize = 16;
const EXPIRY: usize = 8;
const MAC: usize = blake3::OUT_LEN;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealed {
    Output(Uuid),
    Upload(Uuid),
}

impl Visitors {
    /// What to put in the path of a link to `what`, owned by `owner`.
    pub fn seal(&self, owner: PrincipalId, what: Sealed, now: SystemTime) -> String {
        let step = STEP.as_secs();
        let expires = (seconds(now + LIFE) / step + 1) * step;
        self.seal_until((owner, what), UNIX_EPOCH + Duration::from_secs(expires))
    }

    /// [`Visitors::seal`], for a link that works until then: to the second.
    pub fn seal_until(&self, (owner, what): (PrincipalId, Sealed), until: SystemTime) -> String {
        let expires = seconds(until);
        let mut seal = Vec::with_capacity(OWNER + EXPIRY + MAC);
        seal.extend_from_slice(owner.0.as_bytes());
        seal.extend_from_slice(&expires.to_be_bytes());
        let mac = self.mac(&seal, what);
        seal.extend_from_slice(mac.as_bytes());
        BASE64.encode(seal)
    }

    /// Who sealed a link to `what`; `None` when it was not this house, when it
    /// was for another thing, or when its time is over.
    pub fn open_seal(&self, seal: &str, what: Sealed, now: SystemTime) -> Option<PrincipalId> {
        let seal = BASE64.decode(seal).ok()?;
        if seal.len() != OWNER + EXPIRY + MAC {
            return None;
        }
        let (claim, mac) = seal.split_at(OWNER + EXPIRY);
        let (owner, expires) = claim.split_at(OWNER);
        // Hashes compare in constant time.
        if self.mac(claim, what) != blake3::Hash::from_slice(mac).ok()? {
            return None;
        }
        let expires = u64::from_be_bytes(expires.try_into().ok()?);
        let owner = PrincipalId(Uuid::from_slice(owner).ok()?);
        (seconds(now) < expires).then_some(owner)
    }

    fn mac(&self, claim: &[u8], what: Sealed) -> blake3::Hash {
        let (kind, id) = match what {
            Sealed::Output(id) => ("seal output", id),
            Sealed::Upload(id) => ("seal upload", id),
        };
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(kind.as_bytes()).update(&[0]).update(id.as_bytes()).update(claim).finalize()
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 14
    #[test]
    fn a_seal_opens_its_own_thing_for_a_day_and_nothing_else() {
        let visitors = super::super::visitor::tests::visitors();
        let owner = PrincipalId(Uuid::from_u128(1));
        let (what, now) = (Sealed::Output(Uuid::from_u128(2)), SystemTime::now());
        let seal = visitors.seal(owner, what, now);

        assert_eq!(visitors.open_seal(&seal, what, now), Some(owner));
        assert_eq!(visitors.open_seal(&seal, what, now + LIFE), Some(owner));
        assert_eq!(visitors.open_seal(&seal, what, now + LIFE + STEP), None);
        assert_eq!(visitors.open_seal(&seal, Sealed::Upload(Uuid::from_u128(2)), now), None);
        assert_eq!(visitors.open_seal(&seal, Sealed::Output(Uuid::from_u128(3)), now), None);
    }

    // safety 14
    #[test]
    fn a_seal_ends_when_whoever_makes_it_says() {
        let visitors = super::super::visitor::tests::visitors();
        let (what, end) = (Sealed::Output(Uuid::from_u128(2)), UNIX_EPOCH + LIFE);
        let seal = visitors.seal_until((PrincipalId(Uuid::nil()), what), end);
        let second = Duration::from_secs(1);
        assert_eq!(visitors.open_seal(&seal, what, end - second), Some(PrincipalId(Uuid::nil())));
        assert_eq!(visitors.open_seal(&seal, what, end), None);
    }

    // safety 14
    #[test]
    fn a_seal_with_one_bit_changed_opens_nothing() {
        let visitors = super::super::visitor::tests::visitors();
        let (what, now) = (Sealed::Output(Uuid::from_u128(2)), SystemTime::now());
        let seal = BASE64.decode(visitors.seal(PrincipalId(Uuid::nil()), what, now)).unwrap();
        for bit in 0..seal.len() * 8 {
            let mut changed = seal.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(visitors.open_seal(&BASE64.encode(changed), what, now), None, "bit {bit}");
        }
    }
}
