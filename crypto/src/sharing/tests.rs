//! Any `t` values of a polynomial give its constant term, `t - 1` do not.

use super::*;
use proptest::prelude::*;

fn member(index: u16) -> MemberIndex {
	MemberIndex::new(index).unwrap()
}

fn polynomial(seed: u64, coefficients: u16) -> Polynomial {
	Polynomial::new(
		(0..coefficients).map(|k| Scalar::hash(&(seed, k).encode(), b"TEST-COEFFICIENT")).collect(),
	)
}

fn interpolate(polynomial: &Polynomial, indices: &[MemberIndex]) -> Scalar {
	let lambdas = lagrange_at_zero(indices).unwrap();
	indices.iter().zip(&lambdas).fold(Scalar::ZERO, |sum, (index, lambda)| {
		sum + *polynomial.evaluate(*index).expose() * *lambda
	})
}

/// A committee, and its members in any order.
fn committee() -> impl Strategy<Value = (u64, Vec<u16>)> {
	(any::<u64>(), 1u16..=10)
		.prop_flat_map(|(seed, n)| (Just(seed), Just((1..=n).collect::<Vec<_>>()).prop_shuffle()))
}

proptest! {
	#[test]
	fn any_t_values_give_the_secret_and_fewer_do_not((seed, order) in committee()) {
		let t = threshold(order.len() as u16);
		let secret = polynomial(seed, t);
		let indices: Vec<_> = order.iter().map(|index| member(*index)).collect();
		for taken in usize::from(t)..=indices.len() {
			prop_assert!(interpolate(&secret, &indices[..taken]) == secret.constant());
		}
		let few = &indices[..usize::from(t) - 1];
		prop_assert!(interpolate(&secret, few) != secret.constant());
		// Fewer say nothing: with the same t - 1 values, one more value can make any other
		// scalar the secret.
		let last = indices[usize::from(t) - 1];
		let lambdas = lagrange_at_zero(&indices[..usize::from(t)]).unwrap();
		let claimed = Scalar::hash(&seed.encode(), b"TEST-CLAIMED");
		let known = few
			.iter()
			.zip(&lambdas)
			.fold(Scalar::ZERO, |sum, (j, lambda)| sum + *secret.evaluate(*j).expose() * *lambda);
		let lambda = lambdas[usize::from(t) - 1];
		let other = (claimed - known) * lambda.invert().unwrap();
		prop_assert!(other != *secret.evaluate(last).expose());
		prop_assert!(known + other * lambda == claimed);
	}

	#[test]
	fn coefficients_take_the_first_t_and_refuse_duplicates((_, order) in committee()) {
		let n = order.len();
		let t = threshold(n as u16);
		let mut indices: Vec<_> = order.iter().map(|index| member(*index)).collect();
		let take = |indices: &[MemberIndex]| combining_coefficients(indices.iter().copied(), t);
		prop_assert_eq!(take(&indices).unwrap().len(), usize::from(t));
		prop_assert!(matches!(take(&indices[..usize::from(t) - 1]), Err(CombineError::TooFew)));
		if t > 1 {
			indices[1] = indices[0];
			prop_assert!(matches!(take(&indices), Err(CombineError::Duplicate)));
			prop_assert!(lagrange_at_zero(&indices).is_none());
		}
	}

}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]

	#[test]
	fn commitments_evaluate_as_the_polynomial((seed, order) in committee()) {
		let secret = polynomial(seed, threshold(order.len() as u16));
		let commitments = secret.commit();
		for index in order {
			let value = G2::generator().mul(secret.evaluate(member(index)).expose());
			prop_assert!(evaluate_commitments(&commitments, member(index)) == value);
		}
	}
}

#[test]
fn no_shares_do_not_combine() {
	let nobody = core::iter::empty();
	assert!(matches!(combining_coefficients(nobody, 0), Err(CombineError::TooFew)));
	let one = core::iter::once(member(1));
	assert!(matches!(combining_coefficients(one, 0), Err(CombineError::TooFew)));
}

#[test]
fn indices_start_at_one() {
	assert!(MemberIndex::new(0).is_none() && DealerIndex::new(0).is_none());
	assert!(MemberIndex::decode(&mut &[0, 0][..]).is_err());
	assert_eq!(MemberIndex::decode(&mut &[1, 0][..]).unwrap().position(), 0);
	assert_eq!(MemberIndex::from_position(0), MemberIndex::new(1));
	assert_eq!(MemberIndex::from_position(65_534), MemberIndex::new(65_535));
	assert_eq!(MemberIndex::from_position(65_535), None);
}
