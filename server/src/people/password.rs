//! Passwords: argon2id with 19 MiB, two passes, one lane, as OWASP asks at
//! least. Few are hashed at once, and few wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// In KiB; each hash holds so much memory while it is made.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Hashes that are made at once.
const AT_ONCE: usize = 2;
/// Hashes that wait besides.
const WAITING: usize = 30;

/// Fewest characters.
const SHORTEST: usize = 10;
/// Most bytes.
const LONGEST: usize = 1024;

/// What a password is compared with when there is none: it takes as long, and
/// nothing is equal to it.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Makes and compares hashes of passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    /// Hashes that are made.
    places: Arc<Semaphore>,
    /// Hashes that are made or wait.
    doors: Semaphore,
    made: AtomicU64,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            doors: Semaphore::new(AT_ONCE + WAITING),
            made: AtomicU64::new(0),
        }
    }
}

impl Passwords {
    /// The hash of a new password.
    ///
    /// # Errors
    ///
    /// When it is too short or too long, or when too many are signing in.
    pub(crate) async fn hash(&self, password: &str) -> Result<String> {
        if password.chars().count() < SHORTEST || password.len() > LONGEST {
            let cure = format!("A password has at least {SHORTEST} characters, and not {LONGEST}.");
            return Err(Error::field("password", cure));
        }
        let password = password.to_owned();
        let hash = self.work(move || {
            let hash = argon2()?.hash_password(password.as_bytes());
            Ok(hash.map_err(|error| anyhow::anyhow!("hashing a password: {error}"))?.to_string())
        });
        hash.await
    }

    /// Whether this is the password whose hash is `kept`. Takes as long when
    /// there is none.
    pub(crate) async fn is(&self, password: &str, kept: Option<&str>) -> Result<bool> {
        let mut password = password.to_owned();
        if password.len() > LONGEST {
            // Nobody has one like it; it is compared for the time that takes.
            password.clear();
        }
        let kept = kept.unwrap_or(NOBODYS).to_owned();
        self.work(move || {
            let kept = PasswordHash::new(&kept)
                .map_err(|error| anyhow::anyhow!("the hash of a password is damaged: {error}"))?;
            Ok(argon2()?.verify_password(password.as_bytes(), &kept).is_ok())
        })
        .await
    }

    /// Off the threads that serve requests, with few others.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T> {
        let _waiting = self
            .doors
            .try_acquire()
            .map_err(|_| Error::Unavailable("too many people are signing in; try again"))?;
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.context("the semaphore is never closed")?;
        self.made.fetch_add(1, Ordering::Relaxed);
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            // Here and not outside: whoever stops waiting frees no memory.
            drop(place);
            done
        });
        Ok(done.await.context("hashing a password")??)
    }

    /// How many hashes were made, to show that a refusal took one.
    #[cfg(test)]
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }
}

fn argon2() -> anyhow::Result<Argon2<'static>> {
    let params =
        Params::new(MEMORY, PASSES, 1, None).map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 15
    #[tokio::test]
    async fn a_password_is_kept_as_argon2id_and_known_again() {
        let passwords = Passwords::default();
        let kept = passwords.hash("correct horse").await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(passwords.is("correct horse", Some(&kept)).await.unwrap());
        assert!(!passwords.is("correct house", Some(&kept)).await.unwrap());
        assert_ne!(kept, passwords.hash("correct horse").await.unwrap());
    }

    // safety 15
    #[tokio::test]
    async fn nobodys_password_takes_the_same_work_and_is_never_right() {
        let passwords = Passwords::default();
        for password in ["", "nobody", &"x".repeat(LONGEST + 1)] {
            let before = passwords.made();
            assert!(!passwords.is(password, None).await.unwrap());
            assert_eq!(passwords.made(), before + 1, "as many as for somebody");
        }
    }

    // safety 15
    #[tokio::test]
    async fn few_are_hashed_at_once_and_few_wait() {
        let passwords = Passwords::default();
        let all = (0..=AT_ONCE + WAITING).map(|_| passwords.is("x", None));
        let mut all: Vec<_> = all.map(Box::pin).collect();
        // Each takes its place in the line when it is first polled.
        let mut refused = 0;
        for one in &mut all {
            if let Some(Err(Error::Unavailable(_))) =
                futures_util::FutureExt::now_or_never(one.as_mut())
            {
                refused += 1;
            }
        }
        assert_eq!(refused, 1);
        assert_eq!(passwords.made(), AT_ONCE as u64, "the others wait");
    }

    #[tokio::test]
    async fn a_new_password_is_long_enough() {
        let passwords = Passwords::default();
        for wrong in ["", "123456789", &"x".repeat(LONGEST + 1)] {
            assert!(matches!(passwords.hash(wrong).await, Err(Error::BadInput { .. })));
        }
    }
}
