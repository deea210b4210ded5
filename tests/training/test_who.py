"""One customer is one, whatever address a case came from."""

from dataclasses import replace

from salver.data.case import Case, Customer
from salver.training.who import customers_of

ANNA = Customer(name="Anna Albers", email="anna@post.example", fields=(("phone", "0151 5550 9217"),))


def case(number: int, customer: Customer, thread: str = "") -> Case:
    return Case(id=f"c{number}", thread=thread or f"t{number}", customer=customer, text="Hallo", answer="Danke")


def people(*customers: Customer) -> int:
    return len(set(customers_of([case(i, one) for i, one in enumerate(customers)])))


def test_strangers_are_strangers() -> None:
    assert people(ANNA, Customer(name="Bernd Bosse", email="bernd@post.example")) == 2


def test_one_name_one_phone_or_one_number_is_one_customer() -> None:
    assert people(ANNA, Customer(name="Anna ALBERS", email="a@work.example")) == 1
    assert (
        people(ANNA, Customer(name="A. Albers", email="a@work.example", fields=(("phone", "+49 151 55509217"),))) == 1
    )
    numbered = [Customer(name=f"{one} Eins", fields=(("customer_no", "4951127"),)) for one in ("Ida", "Jan")]
    assert people(*numbered) == 1


def test_links_go_on_from_one_to_the_next() -> None:
    second = Customer(name="Anna Albers", email="anna@work.example")
    third = Customer(name="Buchhaltung", email="anna@work.example")
    assert people(ANNA, second, third) == 1


def test_one_thread_is_one_customer() -> None:
    assert len(set(customers_of([case(0, ANNA, "t"), case(1, Customer(name="", email="x@y.example"), "t")]))) == 1


def test_the_name_of_a_form_is_nobodys() -> None:
    form = [Customer(name="Online Formular", email=f"p{i}@post.example") for i in range(30)]
    assert people(*form) == 30


def test_cases_of_which_nothing_is_known_stay_apart() -> None:
    assert people(*[Customer()] * 3) == 3


def test_the_first_case_names_the_customer() -> None:
    again = replace(ANNA, email="anna@work.example")
    assert customers_of([case(7, ANNA), case(8, again)]) == ["c7", "c7"]
