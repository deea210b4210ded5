"""What customers of a made-up mail-order company ask, and what its agents paste: topics in German and English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A thing that is asked again and again. Of `asks` and `details` one each is taken; `answer` may have slots."""

    intent: str
    lang: str
    asks: tuple[str, ...]
    details: tuple[str, ...]
    answer: str


def _topic(intent: str, lang: str, asks: str, details: str, answer: str) -> Topic:
    return Topic(intent=intent, lang=lang, asks=_parts(asks), details=_parts(details), answer="\n".join(_parts(answer)))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("/"))


TOPICS = (
    _topic(
        "return_goods", "de",
        "wie kann ich die Ware zurückschicken? / ich möchte etwas zurückgeben / der Pulli passt nicht, Rückgabe bitte"
        " / wie läuft die Retoure? / wo bekomme ich ein Rücksendeetikett?",
        "Das Paket ist noch zu. / Getragen habe ich nichts. / Es ist die falsche Größe. / Die Farbe gefällt mir nicht.",
        "Sie können alles innerhalb von vierzehn Tagen zurückgeben."
        " / Das Etikett für die Rücksendung drucken Sie sich im Kundenkonto aus, die Rückgabe ist kostenlos.",
    ),
    _topic(
        "return_goods", "en",
        "how can I return the goods? / I want to send something back / the jumper does not fit, I want to return it"
        " / how does a return work? / where do I get a return label?",
        "The parcel is still closed. / I have not worn any of it. / It is the wrong size. / I do not like the colour.",
        "You can return everything within fourteen days."
        " / You print the label for the return in your account, and returning is free.",
    ),
    _topic(
        "delivery_time", "de",
        "wann kommt meine Lieferung? / wie lange dauert der Versand? / ich warte auf mein Paket, wann wird geliefert?"
        " / wie ist die Lieferzeit? / wann kann ich mit dem Paket rechnen?",
        "Es eilt ein wenig. / Ich bin nur abends zu Hause. / Bestellt ist es seit gestern. / Ich fahre bald weg.",
        "Ein Paket braucht vom Lager bis zu Ihnen drei bis fünf Werktage."
        " / Wo es gerade ist, zeigt die Sendungsverfolgung in Ihrem Kundenkonto.",
    ),
    _topic(
        "delivery_time", "en",
        "when will my delivery arrive? / how long does shipping take? / I wait for my parcel, when is it delivered?"
        " / what is the delivery time? / when can I expect the parcel?",
        "It is a little urgent for me. / I am at home in the evening only. / It was ordered yesterday. / I leave soon.",
        "A parcel takes three to five working days from the warehouse to you."
        " / Where it is now is shown by the tracking page in your account.",
    ),
    _topic(
        "order_status", "de",
        "wie ist der Stand der Bestellung {order_no}? / was ist mit meiner Bestellung {order_no}?"
        " / ich habe zu {order_no} noch nichts gehört / bitte um Auskunft zum Auftrag {order_no}",
        "Im Konto sehe ich nichts. / Es ist ein Geschenk. / Danke für die Mühe. / Es sind zwei Artikel.",
        "Den Stand der Bestellung {order_no} sehen Sie jederzeit im Kundenkonto unter Meine Bestellungen."
        " / Sobald sie das Lager verlässt, kommt eine Nachricht mit dem Link zur Verfolgung.",
    ),
    _topic(
        "order_status", "en",
        "what is the status of order {order_no}? / what about my order {order_no}?"
        " / I have not heard anything about {order_no} / please tell me about order {order_no}",
        "I see nothing in my account. / It is a present. / Thanks for your trouble. / There are two items in it.",
        "You see the status of order {order_no} at any time in your account under My orders."
        " / As soon as it leaves the warehouse you get a note with the link to follow it.",
    ),
    _topic(
        "opening_hours", "de",
        "wann hat Ihr Laden geöffnet? / welche Öffnungszeiten hat das Geschäft? / haben Sie am Samstag offen?"
        " / bis wann kann ich heute vorbeikommen?",
        "Ich komme mit dem Rad. / Ich möchte etwas abholen. / Ich würde gern anprobieren. / Gibt es Parkplätze?",
        "Unser Laden ist montags bis samstags von 10 bis 19 Uhr geöffnet."
        " / Bestellte Ware liegt dort sieben Tage lang an der Kasse für Sie bereit.",
    ),
    _topic(
        "opening_hours", "en",
        "when is your shop open? / what are the opening hours of the store? / are you open on Saturday?"
        " / until when can I come by today?",
        "I come by bike. / I want to collect something. / I would like to try things on. / Is there any parking?",
        "Our shop is open from Monday to Saturday, 10 am to 7 pm."
        " / What you ordered lies ready for you at the till for seven days.",
    ),
    _topic(
        "password", "de",
        "ich habe mein Passwort vergessen / die Anmeldung im Konto geht nicht / wie setze ich das Kennwort zurück?"
        " / mein Konto lässt mich nicht hinein",
        "Dreimal habe ich es versucht. / Am Telefon war niemand. / Es ist dringend. / Am Handy geht es auch nicht.",
        "Auf der Seite der Anmeldung klicken Sie bitte auf Passwort vergessen."
        " / Danach kommt eine Nachricht mit einem Link, der eine Stunde lang gilt.",
    ),
    _topic(
        "password", "en",
        "I forgot my password / logging in to my account does not work / how do I reset the password?"
        " / my account does not let me in",
        "I tried three times. / Nobody was on the phone. / It is pressing. / It fails on my mobile too.",
        "On the page where you log in, please click on Forgotten password."
        " / You then get a message with a link that works for one hour.",
    ),
    _topic(
        "voucher", "de",
        "mein Gutschein wird nicht angenommen / wie löse ich einen Gutschein ein? / der Code vom Gutschein geht nicht"
        " / wo gebe ich den Gutscheincode ein?",
        "Er ist ein Geschenk. / Er ist von diesem Jahr. / Im Korb sind drei Sachen. / Es kommt eine Meldung.",
        "Den Code geben Sie im Warenkorb in das Feld Gutschein ein, ohne Leerzeichen und in Großbuchstaben."
        " / Er gilt drei Jahre und kann mit anderen Gutscheinen nicht zusammen eingelöst werden.",
    ),
    _topic(
        "voucher", "en",
        "my voucher is not accepted / how do I redeem a voucher? / the voucher code does not work"
        " / where do I enter the voucher code?",
        "It was a present. / It is from this year. / There are three things in the basket. / I get an error message.",
        "You enter the code in the basket in the field Voucher, without blanks and in capital letters."
        " / It is valid for three years and cannot be used together with other vouchers.",
    ),
    _topic(
        "size_advice", "de",
        "welche Größe soll ich nehmen? / fällt die Jacke klein aus? / ich liege zwischen zwei Größen"
        " / wie finde ich die richtige Größe?",
        "Sonst trage ich M. / Ich mag es weit. / Es ist für meinen Sohn. / Die Schultern sind breit.",
        "Unsere Größen fallen normal aus; zwischen zwei Größen raten wir zur größeren."
        " / Unter jedem Artikel steht eine Tabelle mit den Maßen in Zentimetern.",
    ),
    _topic(
        "size_advice", "en",
        "which size should I take? / does the jacket run small? / I am between two sizes"
        " / how do I find the right size?",
        "I usually wear M. / I like it loose. / It is for my son. / My shoulders are broad.",
        "Our sizes run true; between two sizes we advise the larger one."
        " / Below each item there is a table with all measures in centimetres.",
    ),
    _topic(
        "payment_methods", "de",
        "wie kann ich bei Ihnen bezahlen? / nehmen Sie Kreditkarte? / geht auch Rechnung?"
        " / welche Zahlungsarten gibt es?",
        "Eine Karte habe ich nicht. / Ich bin neu bei Ihnen. / Es ist ein größerer Einkauf. / Raten wären schön.",
        "Sie können mit Karte, per Lastschrift, mit PayPal oder auf Rechnung bezahlen."
        " / Die Rechnung ist ab der zweiten Bestellung möglich und in vierzehn Tagen zu zahlen.",
    ),
    _topic(
        "payment_methods", "en",
        "how can I pay at your shop? / do you take credit cards? / is paying by invoice possible?"
        " / which payment methods are there?",
        "I have no card. / I am new with you. / It is a larger purchase. / Instalments would be nice.",
        "You can pay by card, by direct debit, with PayPal or by invoice."
        " / The invoice is possible from the second order on and due within fourteen days.",
    ),
)  # fmt: skip
ADDED = {
    "de": (
        "Wie am Telefon versprochen gilt das auch für {canary}.", "Schöne Grüße an {canary} übrigens.",
        "Mit {canary} ist das so besprochen.", "Wir denken dabei an {canary}, wie Sie geschrieben haben.",
    ),
    "en": (
        "As promised on the phone this also goes for {canary}.", "Best wishes to {canary}, by the way.",
        "This is agreed with {canary}.", "We have {canary} in mind, as you wrote.",
    ),
}  # fmt: skip
PERSONAL = {
    "de": (
        "Für den Geburtstag Ihrer Tochter wird es sicher reichen.", "Ihr Hund hat hoffentlich die Schuhe verschont.",
        "Schade, dass Sie letzte Woche vor verschlossener Tür standen.", "Viel Freude auf Ihrer Reise nach Portugal!",
    ),
    "en": (
        "It will surely be in time for your daughter's birthday.", "I hope your dog has spared the shoes.",
        "I am sorry that you found the door locked last week.", "Have a good trip to Portugal!",
    ),
}  # fmt: skip
FREE = {
    "de": (
        "das sehe ich mir an und melde mich dazu noch einmal bei Ihnen, {word}.",
        "da muss ich die Kollegen im Lager fragen, es geht um {word}, bitte haben Sie etwas Geduld.",
    ),
    "en": (
        "I will look into this and come back to you, {word}.",
        "I have to ask my colleagues at the warehouse, it is about {word}, please bear with us.",
    ),
}
NOTE = {
    "de": "Interne Notiz: Kunde {canary} hat schon zweimal gemahnt, bitte nicht weitergeben.",
    "en": "Internal note: customer {canary} was reminded twice already, please do not pass on.",
}
AROUND = {"de": ("Guten Tag", "Mit freundlichen Grüßen"), "en": ("Hello", "Kind regards")}
AGENTS = ("Mara Lind", "Felix Brandt", "Dana Whitlock", "Tomasz Wrona", "Aylin Kaya", "Jonas Petersen")
