"""The price of a cart, without I/O."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.carts.rules.pricing import Rules, price
from services.carts.rules.shipping import ShippingMethod, ShippingRate
from services.carts.tests.price_cases import (
    AT,
    EUR,
    GERMANY,
    STANDARD,
    fixed,
    line,
    lines,
    percentage,
    rules,
    terms,
    vat,
)


@settings(deadline=None)
@given(lines, rules, terms)
def test_parts_sum_to_the_whole(lines, rules, terms):
    priced = price(lines, rules, terms)

    totals = priced.totals
    assert totals.subtotal_minor == sum(li.quantity * li.unit_price_minor for li in lines)
    assert totals.discount_minor == sum(li.discount_minor for li in priced.lines)
    off_goods = [d for d in priced.discounts if d.target == "goods"]
    assert totals.discount_minor == sum(d.discount_minor for d in off_goods)
    assert totals.total_minor == (
        totals.subtotal_minor - totals.discount_minor + totals.shipping_minor + totals.tax_minor
    )
    for li in priced.lines:
        goods = li.quantity * li.unit_price_minor
        assert li.total_minor == goods - li.discount_minor + li.tax_minor


@settings(deadline=None)
@given(lines, rules, terms)
def test_nothing_is_ever_negative_and_no_discount_exceeds_its_line(lines, rules, terms):
    priced = price(lines, rules, terms)

    amounts = [*msgspec.structs.astuple(priced.totals)]
    for li in priced.lines:
        amounts += [li.discount_minor, li.tax_minor, li.included_tax_minor, li.total_minor]
        assert li.discount_minor <= li.quantity * li.unit_price_minor
    assert min(amounts) >= 0


@settings(deadline=None)
@given(lines.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))), rules, terms)
def test_the_order_of_lines_changes_no_amount(orders, rules, terms):
    first, second = orders

    one, other = price(first, rules, terms), price(second, rules, terms)

    assert one.totals == other.totals
    assert {li.variant_id: li for li in one.lines} == {li.variant_id: li for li in other.lines}


@settings(deadline=None)
@given(lines, rules, terms)
def test_every_promotion_that_counts_is_decided_in_one_order(lines, rules, terms):
    turned = msgspec.structs.replace(rules, promotions=rules.promotions[::-1])

    priced, other = price(lines, rules, terms), price(lines, turned, terms)

    assert priced == other
    ranks = [(-each.priority, each.promotion_id) for each in priced.decisions]
    assert ranks == sorted(ranks)
    counted = [each for each in priced.decisions if not each.reason]
    assert len(counted) == len(priced.discounts)
    assert len(counted) <= 1 or all(each.stackable for each in counted)


@settings(deadline=None)
@given(lines, rules, terms)
def test_each_named_coupon_either_counts_once_or_has_a_fault(lines, rules, terms):
    priced = price(lines, rules, terms)

    counted = [discount.code for discount in priced.discounts if discount.code]
    assert len(counted) == len(set(counted))
    assert set(terms.coupons) == set(counted) | set(priced.coupon_faults)


def test_a_percentage_is_rounded_half_up_once_and_split_by_largest_remainder():
    thirds = [line(1, 1, 333), line(2, 1, 333), line(3, 1, 334)]

    priced = price(thirds, Rules(promotions=(percentage(1005),)), EUR)

    assert priced.totals.discount_minor == 101
    assert [li.discount_minor for li in priced.lines] == [34, 33, 34]


def test_a_fixed_discount_never_exceeds_what_is_left():
    both = (
        percentage(5000, stackable=True, priority=2),
        fixed(800, 2, stackable=True, priority=1),
    )

    priced = price([line(1, 1, 1000)], Rules(promotions=both), EUR)

    assert [discount.discount_minor for discount in priced.discounts] == [500, 500]


def test_a_promotion_that_is_not_stackable_applies_alone_when_it_comes_first():
    rules = Rules(promotions=(fixed(100, 1, priority=1), fixed(50, 2, stackable=True)))

    priced = price([line(1, 1, 1000)], rules, EUR)

    assert priced.totals.discount_minor == 100


def test_a_coupon_that_cannot_join_an_earlier_promotion_is_told():
    coupon = fixed(100, 2, automatic=False, codes=("SAVE",))
    rules = Rules(promotions=(percentage(1000, stackable=True, priority=1), coupon))

    priced = price([line(1, 1, 1000)], rules, msgspec.structs.replace(EUR, coupons=("SAVE",)))

    assert priced.totals.discount_minor == 100
    assert priced.coupon_faults == {"SAVE": "not_combinable"}


def test_two_coupons_of_one_promotion_count_once():
    coupon = fixed(100, automatic=False, codes=("A", "B"))

    priced = price(
        [line(1, 1, 1000)],
        Rules(promotions=(coupon,)),
        msgspec.structs.replace(EUR, coupons=("A", "B")),
    )

    assert priced.totals.discount_minor == 100
    assert priced.coupon_faults == {"B": "not_combinable"}


def test_a_coupon_below_its_minimum_subtotal_takes_nothing_off():
    coupon = fixed(100, automatic=False, codes=("A",), minimum_subtotal_minor=1001)

    priced = price(
        [line(1, 1, 1000)],
        Rules(promotions=(coupon,)),
        msgspec.structs.replace(EUR, coupons=("A",)),
    )

    assert priced.totals.discount_minor == 0
    assert priced.coupon_faults == {"A": "minimum_not_reached"}


def test_a_promotion_ends_at_the_instant_it_names():
    ended = Rules(promotions=(percentage(1000, ends_at=AT),))
    running = Rules(promotions=(percentage(1000, starts_at=AT),))

    assert price([line(1, 1, 1000)], ended, EUR).totals.discount_minor == 0
    assert price([line(1, 1, 1000)], running, EUR).totals.discount_minor == 100


def test_an_inclusive_rate_shows_the_tax_that_the_price_contains():
    rules = Rules(tax_rates=(vat(1900, inclusive=True),))

    totals = price([line(1, 1, 11900)], rules, GERMANY).totals

    assert (totals.included_tax_minor, totals.tax_minor, totals.total_minor) == (1900, 0, 11900)


def test_an_exclusive_rate_adds_tax_to_the_discounted_amount():
    rules = Rules(tax_rates=(vat(1900, inclusive=False),), promotions=(percentage(1000),))

    totals = price([line(1, 1, 10_000)], rules, GERMANY).totals

    assert (totals.tax_minor, totals.total_minor) == (1710, 10_710)


def test_a_country_s_own_rate_goes_before_the_rate_for_all_countries():
    rates = (
        vat(1000, inclusive=False, country="*"),
        vat(1900, inclusive=False),
    )

    assert price([line(1, 1, 100)], Rules(tax_rates=rates), GERMANY).totals.tax_minor == 19
    assert price([line(1, 1, 100)], Rules(tax_rates=rates), EUR).totals.tax_minor == 10


def test_shipping_is_taxed_in_its_own_category():
    rules = Rules(
        shipping_methods=(STANDARD,),
        tax_rates=(vat(1000, inclusive=False, category="shipping"),),
    )

    totals = price([line(1, 1, 100)], rules, GERMANY).totals

    assert (totals.tax_minor, totals.total_minor) == (49, 100 + 490 + 49)


def test_shipping_is_free_from_the_threshold_of_discounted_goods():
    rules = Rules(shipping_methods=(STANDARD,), promotions=(fixed(1),))

    below = price([line(1, 1, 5000)], rules, GERMANY).totals
    reached = price([line(1, 1, 5001)], rules, GERMANY).totals

    assert (below.shipping_minor, reached.shipping_minor) == (490, 0)


def test_a_zone_s_own_rate_goes_before_the_rate_for_every_country():
    rules = Rules(shipping_methods=(STANDARD,))
    swiss = msgspec.structs.replace(EUR, country="CH")

    assert price([line(1, 1, 9000)], rules, swiss).totals.shipping_minor == 1490


def test_a_method_that_does_not_go_to_the_country_has_no_quote():
    local = ShippingMethod(
        code="bike",
        name="Bike",
        position=1,
        rates=(ShippingRate(countries=("DE",), currency="EUR", price_minor=300),),
    )
    french = msgspec.structs.replace(EUR, country="FR")

    assert price([line(1, 1, 900)], Rules(shipping_methods=(local,)), french).shipping is None


def test_an_empty_cart_costs_nothing():
    assert price([], Rules(shipping_methods=(STANDARD,)), GERMANY).totals.total_minor == 0
