//! A private key of any of the algorithms, behind one face.

use countersign_domain::alg::Algorithm;
use zeroize::Zeroizing;

use crate::{
    ec::{KeyError, Pair},
    jwks::PublicJwk,
    okp::OkpPair,
    rsa::{Padding, RsaPair},
};

/// What signs a message.
pub(crate) trait Sign {
    /// The signature, as a JWS holds it.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;
}

impl Sign for Pair {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        Self::sign(self, message)
    }
}

/// A private key, parsed once, for one algorithm.
pub(crate) enum Private {
    Ec(Pair),
    Okp(OkpPair),
    Rsa(RsaPair),
}

impl Private {
    /// A new one, from the library's own random bytes.
    pub(crate) fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Es256 => Pair::generate().map(Self::Ec),
            Algorithm::EdDsa => OkpPair::generate().map(Self::Okp),
            Algorithm::Rs256 => RsaPair::generate(Padding::Pkcs1).map(Self::Rsa),
            Algorithm::Ps256 => RsaPair::generate(Padding::Pss).map(Self::Rsa),
        }
    }

    pub(crate) fn from_pkcs8(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Es256 => Pair::from_pkcs8(der).map(Self::Ec),
            Algorithm::EdDsa => OkpPair::from_pkcs8(der).map(Self::Okp),
            Algorithm::Rs256 => RsaPair::from_pkcs8(Padding::Pkcs1, der).map(Self::Rsa),
            Algorithm::Ps256 => RsaPair::from_pkcs8(Padding::Pss, der).map(Self::Rsa),
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ec(_) => Algorithm::Es256,
            Self::Okp(_) => Algorithm::EdDsa,
            Self::Rsa(pair) if pair.padding() == Padding::Pss => Algorithm::Ps256,
            Self::Rsa(_) => Algorithm::Rs256,
        }
    }

    pub(crate) fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Ec(pair) => pair.pkcs8(),
            Self::Okp(pair) => pair.pkcs8(),
            Self::Rsa(pair) => pair.pkcs8(),
        }
    }

    pub(crate) fn public(&self) -> PublicJwk {
        match self {
            Self::Ec(pair) => PublicJwk::of_ec(pair.point()),
            Self::Okp(pair) => PublicJwk::of_okp(pair.public()),
            Self::Rsa(pair) => PublicJwk::of_rsa(pair.public(), self.algorithm()),
        }
    }
}

impl Sign for Private {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match self {
            Self::Ec(pair) => pair.sign(message),
            Self::Okp(pair) => pair.sign(message),
            Self::Rsa(pair) => pair.sign(message),
        }
    }
}
