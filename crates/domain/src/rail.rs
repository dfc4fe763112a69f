//! The rules that no policy bundle may lift. A bundle can forbid more, never allow these.

use crate::Code;

/// A rule that was run into. `Display` is the sentence for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Rail {
    /// Nobody signs for themselves.
    #[error("you asked for it; nobody signs for themselves")]
    OwnRequest,
    /// Nobody becomes a second person by making or resetting one.
    #[error("one of you invited the other, or gave them a new link; somebody independent signs")]
    MadeByTheOther,
    /// Nobody asks for access to, or signs for access to, their own account.
    #[error("the customer is you; nobody acts or signs for access to their own account")]
    OwnAccount,
    /// One person counts once.
    #[error("you have signed this already; one person counts once")]
    SignedAlready,
    /// Only waiting requests can be signed, refused or withdrawn.
    #[error("the request no longer waits; look at it again")]
    NotWaiting,
    /// Only signed requests can be started.
    #[error("the request is not signed; it starts when all signatures are given")]
    NotSigned,
    /// A request is started once.
    #[error("the request was started already")]
    StartedAlready,
    /// The time to sign or to start is over.
    #[error("the time for it is over; ask again")]
    Lapsed,
    /// What was signed isn't what stands there.
    #[error("the request has changed since it was shown; look at it again")]
    DigestChanged,
    /// No open case, no access.
    #[error("the case is not open")]
    CaseNotOpen,
    /// It is open already.
    #[error("the case is open already")]
    CaseOpen,
    /// A case justifies its assignee only.
    #[error("the case is not assigned to you")]
    CaseNotYours,
    /// The person who works on a case neither closes, opens nor assigns it.
    #[error("you work on this case or would; somebody else closes, opens or assigns it")]
    OwnCase,
    /// The delegation is over.
    #[error("the delegation has ended")]
    DelegationEnded,
    /// Only what was signed.
    #[error("that action was not signed for")]
    NotInScope,
    /// A token without an actor is never passed on.
    #[error("a token that does not name who acts can't be exchanged again; ask for delegated access")]
    ImpersonationEnds,
    /// Nobody acts twice in one chain.
    #[error("this service acts in the chain of the token already; a chain has no loops")]
    ActorTwice,
    /// A chain of actors has an end.
    #[error("the token names as many actors as a token may; it can't be passed on further")]
    ChainTooLong,
    /// Only along the contracts.
    #[error("the token can't be exchanged for that; what it may reach was signed")]
    NotReached,
    /// Whoever else says who a customer is must be registered.
    #[error("the issuer of the customer's token is not registered as trusted here")]
    TrustedIssuer,
    /// Only a customer's own access token, made for the API that shows it.
    #[error("the customer's token is not taken")]
    CustomerToken,
    /// A token of somebody else's must be fresh, or its issuer must say that it counts.
    #[error("the customer's token is too old, and its issuer does not vouch for it")]
    FreshToken,
    /// Customers are present, our people and clients are not.
    #[error("the customer's token names nobody who is a customer here")]
    Customer,
    /// What owes signatures is never reached without a case.
    #[error("an action of high or critical risk owes signatures, and nobody signs without a case; have an agent ask for it on a case")]
    NeedsCase,
    /// The API's contract doesn't take this mode.
    #[error("the API does not take this kind of token; its contract says which it takes")]
    ModeNotTaken,
    /// What was signed names the API by its audience.
    #[error("the API has another audience by now than the one that was signed; ask anew")]
    AudienceChanged,
    /// At least one action, each of the API's contract.
    #[error("choose at least one action of the API's contract")]
    NoAction,
    /// At least a minute.
    #[error("choose at least one minute, and no more than the API and policy allow")]
    MinutesOutOfRange,
    /// One live delegation at a time for a console.
    #[error("this console acts already; end that first")]
    ActingAlready,
    /// A change may not leave a tenant without an admin, nor may one change one's own roles.
    #[error("nobody changes their own roles or groups")]
    OwnRoles,
}

impl Rail {
    /// The code that clients act on.
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Self::OwnRequest
            | Self::MadeByTheOther
            | Self::OwnAccount
            | Self::SignedAlready
            | Self::OwnCase
            | Self::ImpersonationEnds
            | Self::ActorTwice
            | Self::ChainTooLong
            | Self::NotReached
            | Self::TrustedIssuer
            | Self::CustomerToken
            | Self::FreshToken
            | Self::Customer
            | Self::NeedsCase
            | Self::ModeNotTaken
            | Self::AudienceChanged
            | Self::OwnRoles => Code::Refused,
            Self::CaseNotOpen | Self::CaseNotYours => Code::CaseNotYours,
            Self::NotWaiting | Self::NotSigned | Self::StartedAlready | Self::DigestChanged | Self::CaseOpen | Self::ActingAlready => Code::Conflict,
            Self::Lapsed => Code::Lapsed,
            Self::DelegationEnded => Code::DelegationEnded,
            Self::NotInScope | Self::NoAction | Self::MinutesOutOfRange => Code::InvalidInput,
        }
    }

    /// The rule's name, as refusals and the trail show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OwnRequest => "rail:four-eyes",
            Self::MadeByTheOther => "rail:independent",
            Self::OwnAccount => "rail:own-account",
            Self::SignedAlready => "rail:counts-once",
            Self::NotWaiting => "rail:not-waiting",
            Self::NotSigned => "rail:not-signed",
            Self::StartedAlready => "rail:started-already",
            Self::Lapsed => "rail:lapsed",
            Self::DigestChanged => "rail:digest-changed",
            Self::CaseNotOpen => "rail:case-open",
            Self::CaseOpen => "rail:case-open-already",
            Self::CaseNotYours => "rail:case-assigned",
            Self::OwnCase => "rail:own-case",
            Self::DelegationEnded => "rail:delegation-ended",
            Self::NotInScope => "rail:only-downhill",
            Self::ImpersonationEnds => "rail:impersonation-ends",
            Self::ActorTwice => "rail:no-loops",
            Self::ChainTooLong => "rail:chain",
            Self::NotReached => "rail:reach",
            Self::TrustedIssuer => "rail:trusted-issuer",
            Self::CustomerToken => "rail:customer-token",
            Self::FreshToken => "rail:fresh-token",
            Self::Customer => "rail:customer",
            Self::NeedsCase => "rail:needs-case",
            Self::ModeNotTaken => "rail:mode",
            Self::AudienceChanged => "rail:audience",
            Self::NoAction => "rail:no-action",
            Self::MinutesOutOfRange => "rail:minutes",
            Self::ActingAlready => "rail:one-at-a-time",
            Self::OwnRoles => "rail:own-roles",
        }
    }
}
