//! The addresses of listeners and clients: numbers in the order of the accepts, or labels. Each
//! listener begins anew: it has number 0, and its clients are numbered from 1. `model` has which
//! client gets which.

use std::collections::HashSet;

use async_duplex::listener::{listen, Address};

#[test]
fn a_listener_keeps_the_address_that_it_was_given() {
    let (listener, connector) = listen(8, 1);
    let client = connector.try_connect().unwrap();
    let listener = listener.with_address("api");
    assert_eq!(listener.local_addr().unwrap(), Address::from("api"));
    // It is the same listener: the backlog is kept, and clients are numbered as before.
    let (server, address) = listener.try_accept().unwrap();
    assert!(server.is_peer_of(&client));
    assert_eq!(address.to_string(), "memory:1");
    assert!(!connector.is_closed());
}

#[test]
fn addresses_are_equal_if_their_labels_or_numbers_are() {
    let (listener, connector) = listen(8, 2);
    let zero = listener.local_addr().unwrap();
    assert_eq!(zero, listen(8, 1).0.local_addr().unwrap());
    let _clients = [(); 2].map(|()| connector.try_connect().unwrap());
    let [one, two] = [(); 2].map(|()| listener.try_accept().unwrap().1);
    // A label is never equal to a number, even if it looks like one.
    let looks_like_one = Address::from("memory:1");
    assert_eq!(looks_like_one.to_string(), one.to_string());
    let different = [zero, one.clone(), two, looks_like_one, Address::from("")];
    assert_eq!(different.into_iter().collect::<HashSet<_>>().len(), 5);
    assert_eq!(one.clone(), one);
    assert_eq!(Address::from("x"), Address::from(String::from("x")));
}

#[test]
fn addresses_are_displayed_with_padding_and_debug_quotes_labels() {
    let address = listen(8, 1).0.local_addr().unwrap();
    let label = Address::from("a b");
    assert_eq!(
        format!("{address:>10}|{address:<10}|{label:>5}"),
        "  memory:0|memory:0  |  a b"
    );
    assert_eq!(
        format!("{address:?} {label:?}"),
        r#"Address(memory:0) Address("a b")"#
    );
}
