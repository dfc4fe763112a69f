use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> OAuthError {
    Form::parse(text.as_bytes()).unwrap_err()
}

#[test]
fn values_are_unescaped_and_empty_ones_omitted() {
    let form = Form::parse(b"a=1&b=x+y%20z&c=&d&e=%C3%A4%3D%26&&unknown=1").unwrap();
    assert_eq!((form.get("a"), form.get("b"), form.get("e")), (Some("1"), Some("x y z"), Some("ä=&")));
    assert_eq!((form.get("c"), form.get("d"), form.get("z")), (None, None, None));
    assert_eq!(form.required("c").unwrap_err().description, "`c` is missing");
    assert_eq!(form.secret("a").unwrap().expose(), "1");
}

#[test]
fn a_repeated_parameter_is_refused_by_name() {
    for (text, code) in [
        ("code=1&x=2&code=1", ErrorCode::InvalidRequest),
        ("code=&code=1", ErrorCode::InvalidRequest),
        ("code=1&c%6Fde=2", ErrorCode::InvalidRequest),
        ("unknown=1&unknown=1", ErrorCode::InvalidRequest),
        ("resource=a&resource=b", ErrorCode::InvalidTarget),
        ("audience=a&audience=a", ErrorCode::InvalidTarget),
    ] {
        assert_eq!(refused(text).code, code, "{text}");
    }
    assert_eq!(refused("code=1&code=1").description, "`code` was sent more than once");
}

#[test]
fn what_readers_would_mend_in_different_ways_is_refused() {
    for text in ["a=%", "a=%4", "a=%zz", "a=%+1", "a=%FF", "a=%C3", "%FF=1", "a=%00", "a=x%0D%0Ay", "=1"] {
        assert_eq!(refused(text).code, ErrorCode::InvalidRequest, "{text}");
    }
}

#[test]
fn sizes_are_limited() {
    let value = |bytes: usize| format!("a={}", "x".repeat(bytes));
    let name = |bytes: usize| format!("{}=1", "n".repeat(bytes));
    let pairs = |count: usize| (0..count).map(|n| format!("a{n}=1")).collect::<Vec<_>>().join("&");
    // Of two values, neither of which is too long by itself.
    let form = |bytes: usize| {
        let first = value(MAX_VALUE);
        format!("{first}&b={}", "x".repeat(bytes - first.len() - 3))
    };
    let too_many = "there are too many parameters, or one without a name or with too long a one";
    for (within, beyond, told) in [
        (value(MAX_VALUE), value(MAX_VALUE + 1), "`a` is longer than 8192 bytes"),
        (form(MAX_FORM), form(MAX_FORM + 1), "the parameters are longer than 16384 bytes; send less"),
        (name(MAX_NAME), name(MAX_NAME + 1), too_many),
        (pairs(MAX_PAIRS), pairs(MAX_PAIRS + 1), too_many),
    ] {
        assert!(Form::parse(within.as_bytes()).is_ok(), "just before: {told}");
        let error = refused(&beyond);
        assert_eq!((error.code, error.description.as_str()), (ErrorCode::InvalidRequest, told));
    }
}

#[test]
fn values_are_not_printed() {
    assert_eq!(format!("{:?}", Form::parse(b"code=csc_secret").unwrap()), r#"["code"]"#);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(form) = Form::parse(&bytes) {
            prop_assert!(form.0.iter().all(|(_, value)| !value.is_empty()));
        }
    }

    #[test]
    fn what_is_written_reads_back(pairs in proptest::collection::btree_map("[a-z_]{1,20}", "[^\\p{Cc}]{1,60}", 0..10)) {
        let list: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let form = Form::parse(write(&list).expose().as_bytes()).unwrap();
        for (name, value) in list {
            prop_assert_eq!(form.get(name), Some(value));
        }
    }
}
