use proptest::prelude::*;

use super::*;
use crate::fixed::Counting;

fn master(byte: u8) -> MasterKey {
    MasterKey::new(Zeroizing::new([byte; 32]))
}

fn sealed() -> Vec<u8> {
    master(1).seal("signing", "kid", b"private", &Counting::default()).unwrap()
}

#[test]
fn a_wrong_master_key_is_told_from_tampering() {
    assert_eq!(master(1).unseal("signing", "kid", &sealed()).unwrap().as_slice(), b"private");
    assert_eq!(master(2).unseal("signing", "kid", &sealed()), Err(SealError::WrongKey));
    assert_eq!(master(1).unseal("other", "kid", &sealed()), Err(SealError::Tampered));
    assert_eq!(master(1).unseal("signing", "dik", &sealed()), Err(SealError::Tampered));
    assert_eq!(master(1).unseal("signingk", "id", &sealed()), Err(SealError::Tampered), "the texts don't run together");
    let mut later = sealed();
    later[0] = 2;
    assert_eq!(master(1).unseal("signing", "kid", &later), Err(SealError::Version(2)));
}

#[test]
fn what_is_cut_off_is_refused() {
    let whole = sealed();
    for length in 0..whole.len() {
        assert!(master(1).unseal("signing", "kid", &whole[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_nonce_is_used_once() {
    let entropy = Counting::default();
    let seal = || master(1).seal("signing", "kid", b"private", &entropy).unwrap();
    assert_ne!(seal(), seal());
}

#[test]
fn a_master_key_reads_back_and_is_not_printed() {
    let key = MasterKey::generate(&Counting::default());
    let again = MasterKey::from_text(&key.to_text()).unwrap();
    assert_eq!(again.fingerprint, key.fingerprint);
    assert_eq!(format!("{key:?}"), "[master key]");
    for bad in ["", "AAAA", &"A".repeat(44), "not base64!"] {
        assert_eq!(MasterKey::from_text(&Secret::new((*bad).to_owned())).err(), Some(SealError::MasterKey), "{bad}");
    }
}

#[test]
fn neither_key_nor_plaintext_stands_in_the_envelope() {
    let sealed = master(7).seal("signing", "kid", b"a private key that is long enough", &Counting::default()).unwrap();
    assert!(!sealed.windows(8).any(|w| b"a private key that is long enough".windows(8).any(|p| p == w)));
    assert!(!sealed.windows(8).any(|w| w == [7; 8]));
}

proptest! {
    #[test]
    fn what_is_sealed_unseals(plain in proptest::collection::vec(any::<u8>(), 0..300), purpose in ".{0,20}", kid in ".{0,20}") {
        let sealed = master(1).seal(&purpose, &kid, &plain, &Counting::default()).unwrap();
        let opened = master(1).unseal(&purpose, &kid, &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), plain.as_slice());
    }

    #[test]
    fn any_changed_bit_is_noticed(place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut sealed = sealed();
        let place = place.index(sealed.len());
        sealed[place] ^= 1 << bit;
        prop_assert!(master(1).unseal("signing", "kid", &sealed).is_err());
    }
}

#[test]
fn a_derived_key_is_the_same_wherever_the_master_key_is() {
    let derived = |byte, purpose: &str| master(byte).derive(purpose).unwrap();
    assert_eq!(derived(1, "nonces"), derived(1, "nonces"));
    assert_ne!(derived(1, "nonces"), derived(1, "else"));
    assert_ne!(derived(1, "nonces"), derived(2, "nonces"));
    assert_ne!(derived(1, "nonces").as_slice(), [1; 32], "it is not the master key");
}
