"""What automatic answers say: that somebody is away, that a mail was received, that nobody reads answers.

Subjects are told by how they begin, since behind `Re:` a person speaks of an automatic mail. Texts need two signs, or
one in their first lines: a person who is away writes so too, but no person says that a machine wrote it.
"""

import re
from functools import lru_cache

_TAGS = r"(?:\s{0,9}(?:\[[^\]]{1,40}\]|\{[^}]{1,40}\}))*+\s{0,9}"
SUBJECT = re.compile(
    r"\W{0,3}[\[({【](?:auto(?:mated|matic)?[- ]?(?:reply|response|answer|antwort)|automatische (?:antwort"
    r"|nachricht)|out of office"
    r"|ooo|abwesenheitsnotiz|réponse automatique|自動(?:応答|返信|送信|配信))[\])}】]|" + _TAGS + r"(?:(?:"
    r"automatische (?:antwort|rückantwort|abwesenheitsnotiz|abwesenheitsmeldung|e-?mail-antwort|eingangsbestätigung)"
    r"|abwesenheits(?:notiz|meldung|nachricht|assistent|benachrichtigung|mitteilung|info|information)"
    r"|urlaubs(?:notiz|meldung|benachrichtigung|vertretung|abwesenheit)|abwesend|antwort bei abwesenheit"
    r"|nicht im (?:büro|haus)|außer haus|autoantwort|auto-antwort|automatische empfangsbestätigung"
    r"|out[- ]of[- ](?:the[- ])?office(?: auto[- ]?reply| notification| message| response| notice| reply)?|ooo"
    r"|auto(?:mated|matic|matisk)?[- ]?(?:reply|response|responder|answer|acknowledge?ment|notification)(?: message)?"
    r"|vacation(?: (?:reply|response|notice|message|notification))?|away from (?:my|the) (?:mail|office|desk|e-?mail)"
    r"|réponse automatique|réponse d.absence|message d.absence|absence du bureau|notification d.absence"
    r"|absent(?:e)? du bureau"
    r"|(?:odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź|nieobecność w biurze)"
    r"|automatisch(?:e)? (?:antwoord|reactie|bericht)|afwezigheids(?:bericht|assistent|melding)|niet aanwezig|afwezig"
    r"|risposta automatica|fuori (?:sede|ufficio)|assente(?: dall.ufficio)?|messaggio di assenza"
    r"|respuesta automática|fuera de (?:la )?oficina|ausente de la oficina|mensaje de ausencia"
    r"|contestación automática"
    r"|resposta automática|ausência temporária|fora do escritório"
    r"|auto(?:matisk )?svar|automatiskt svar|automaattinen vastaus|fråvaro|fravær|ikke til stede|frånvaromeddelande"
    r"|automatická odpov[eě]ď|automatikus válasz|otomatik yanıt|răspuns automat|αυτόματη απάντηση"
    r"|автоматический ответ|автоответ|автоматична відповідь|自動応答|自動返信|自动答复|自动回复|자동 회신"
    r")\s*(?P<end>[:：]|$)"
    r"|auto(?:matic|mated)?[- ]?(?:reply|response) (?:from|to)\b"
    r"|auto: (?:(?:re|aw|fw|wg):|.{0,80}\b(?:out of (?:the )?office|außer haus|nicht im (?:büro|haus)|abwesend|away"
    r"|absent))"
    r"|[\w .,'-]{3,60} (?:is|will be) out of (?:the )?office\b|[\w .,'-]{3,60} ist (?:außer haus|nicht im (?:büro"
    r"|haus))\b"
    r"|i am (?:currently )?(?:out of the office|away|on (?:vacation|leave|holiday))|ich bin (?:derzeit "
    r"|zur ?zeit )?nicht im (?:büro|haus)"
    r")",
    re.IGNORECASE,
)
RECEIPT_SUBJECT = re.compile(
    r"(?:gelesen|ungelesen gelöscht|nicht gelesen|empfangsbestätigung|lesebestätigung|read|not read|read receipt"
    r"|return receipt|disposition notification|deleted|lu|non lu|accusé de (?:lecture|réception)|leído|no leído|letto"
    r"|non letto|conferma di lettura|gelezen|niet gelezen|leesbevestiging|lest|läst|przeczytano)\b",
    re.IGNORECASE,
)
RECEIPT_TEXT = re.compile(
    r"(?:ihre|deine|die) nachricht\b.{0,400}(?:wurde.{0,120}(?:gelesen|angezeigt|gelöscht)|gelesen am)"
    r"|your (?:message|mail|e-?mail)\b.{0,400}(?:was|has been) (?:read|displayed|opened|deleted)"
    r"|this is a (?:return|read) receipt|(?:dies|hier) ist eine (?:empfangs|lese)bestätigung|(?:empfangs"
    r"|lese)bestätigung für"
    r"|votre message\b.{0,400}a été (?:lu|affiché)|(?:su|el) mensaje\b.{0,400}(?:leíd|mostrad)o"
    r"|il (?:suo |tuo )?messaggio\b.{0,400}è stato (?:letto|visualizzato)|(?:uw|het) bericht\b.{0,400}gelezen",
    re.IGNORECASE | re.DOTALL,
)

_MAIL = r"(?:e-?mail|mail|message|nachricht|notification|benachrichtigung|antwort|reply|response|mitteilung)"
_SAID = (
    rf"dies(?:e|es)? (?:ist|war) eine (?:vom system )?auto(?:matisch|matisierte)\w*\s?(?:generierte|erstellte"
    rf"|erzeugte|versendete)?\s?\w*{_MAIL}"
    rf"|(?:diese|die) {_MAIL} (?:wurde|wird|ist) (?:von (?:einem|unserem) system )?(?:automatisch|maschinell"
    rf"|systemseitig)"
    rf"|(?:bitte )?(?:antworten sie (?:bitte )?nicht|nicht) auf diese(?: automatische?)? {_MAIL}(?: antworten)?"
    rf"|this is an? (?:auto\w*[- ]?)(?:generated )?(?:{_MAIL}|receipt|confirmation|acknowledge?ment)"
    rf"|this {_MAIL} (?:was|is|has been) (?:sent |generated |created )?auto\w+"
    rf"|(?:please )?(?:do not|don.t) (?:reply|respond) (?:directly )?to this\b|replies to this {_MAIL} are not"
    r"|(?:ceci est|il s.agit d).{0,12}(?:message|réponse|courriel|e-?mail) (?:automatique|généré)"
    r"|(?:merci de )?ne pas répondre à ce"
    r"|(?:este es un|este) (?:mensaje|correo) .{0,20}automátic|no (?:responda|conteste) a este"
    r"|(?:questo è un|questa è una) (?:messaggio|e-?mail|risposta) .{0,20}automatic"
    r"|(?:si prega di )?non rispondere a quest"
    r"|dit is een automatisch|(?:gelieve |u kunt )?niet (?:te )?(?:antwoorden|reageren) op dit|op deze e-?mail niet"
)
_AWAY = (
    r"(?:ich bin|wir sind|i am|i.m|i will be|we are|je suis|estoy|estaré|sono|ik ben|jag är|jeg er)\b.{0,80}"
    r"(?:nicht (?:im (?:büro|haus|dienst)|erreichbar|anwesend|am arbeitsplatz)|abwesend|außer haus|im urlaub"
    r"|in elternzeit"
    r"|in mutterschutz|out of (?:the )?office|out of town|away|on (?:vacation|holiday|annual leave|leave"
    r"|maternity leave)"
    r"|unavailable|absente?|en (?:congés?|vacances)|ausente|fuera de la oficina|de vacaciones|assente"
    r"|fuori (?:ufficio|sede)"
    r"|in ferie|afwezig|niet (?:aanwezig|bereikbaar|op kantoor)|op vakantie|borta|bortrest)"
)
_CARED = (
    r"(?:in )?(?:dringenden|eiligen) (?:fällen|angelegenheiten|anliegen)|(?:ihre|deine) (?:e-?mail|nachricht"
    r"|mail)s? (?:wird|werden) "
    r"(?:weder |nicht |leider |in dieser zeit |während dieser zeit )*(?:weitergeleitet|gelesen|bearbeitet)"
    r"|nach meiner (?:rückkehr|rückkunft)|ab dem .{0,30}wieder (?:für sie )?(?:da|erreichbar|im büro)"
    r"|wenden sie sich (?:bitte )?an mein"
    r"|meine vertretung|(?:for|in) (?:any )?urgent (?:matters?|cases?|issues?|requests?|enquiries)|if (?:it is"
    r"|this is|your \w+ is) urgent"
    r"|(?:when|upon|on|after) (?:i|my) return|limited access to (?:my )?(?:e-?mail|mail)|in my absence"
    r"|during my absence"
    r"|(?:en cas d.urgence|pour toute urgence|à mon retour|en mon absence)|(?:en caso de urgencia|a mi regreso"
    r"|durante mi ausencia)"
    r"|(?:per urgenze|in caso di urgenza|al mio rientro|al mio ritorno)|(?:in dringende gevallen|bij mijn terugkeer"
    r"|tijdens mijn afwezigheid)"
    r"|vid brådskande|ved hastende"
)
_RECEIVED = (
    r"(?:ihre|deine) (?:anfrage|e-?mail|nachricht|mitteilung|meldung|bewerbung|bestellung)\b.{0,80}(?:ist"
    r"|wurde) (?:bei uns )?"
    r"(?:erfolgreich )?(?:eingegangen|empfangen|registriert|aufgenommen|erfasst)"
    r"|wir haben (?:ihre|deine) (?:anfrage|e-?mail|nachricht|mitteilung|meldung)\b.{0,40}(?:erhalten|empfangen)"
    r"|(?:we|i) (?:have )?(?:successfully )?received your (?:request|e-?mail|message|inquiry|enquiry|ticket|question)"
    r"|your (?:request|ticket|message|e-?mail|inquiry|enquiry|case)\b.{0,60}(?:has been|was) (?:received|registered"
    r"|created|logged|opened)"
    r"|a (?:support )?(?:ticket|case) (?:has been|was) (?:created|opened)|(?:ticket|vorgang)s?(?:nummer|-nr\.?"
    r"| number| id)\b.{0,60}(?:lautet|is|:)"
    r"|nous avons bien reçu votre|votre demande a (?:bien )?été (?:reçue|enregistrée)|hemos recibido su"
    r"|su solicitud ha sido"
    r"|abbiamo ricevuto la (?:sua|tua)|la (?:sua|tua) richiesta è stata|wij hebben uw (?:bericht|vraag|e-?mail"
    r"|aanvraag)"
    r"|uw (?:bericht|aanvraag|vraag) is (?:ontvangen|geregistreerd)"
)
_PROMISED = (
    r"(?:wir )?(?:werden|melden) .{0,80}(?:schnellstmöglich|so (?:schnell|bald) wie möglich|umgehend|in kürze"
    r"|baldmöglichst|zeitnah)"
    r"|(?:schnellstmöglich|so (?:schnell|bald) wie möglich|in kürze|baldmöglichst|zeitnah"
    r"|umgehend) .{0,60}(?:bearbeite|beantworte|melden)"
    r"|(?:get back to you|respond|reply|be in touch|answer|review your).{0,60}(?:as soon as|shortly|within|soon)"
    r"|(?:within|in) (?:\d+|one|two) (?:business|working) days?|(?:dans les (?:meilleurs|plus brefs) délais)"
    r"|lo antes posible"
    r"|il prima possibile|zo (?:snel|spoedig) mogelijk"
)
_CHALLENGE = (
    r"to (?:complete|release) (?:the )?delivery of your (?:message|e-?mail)|(?:complete|release"
    r"|deliver) your (?:message|e-?mail)"
    r".{0,80}(?:click|reply|follow)|(?:you are|your (?:e-?mail )?address is|sender is) not (?:yet )?on (?:my|the"
    r"|our) (?:approved"
    r"|allowed|safe|guest|white)[ -]?(?:senders?)?[ -]?list|one[- ]time (?:sender )?(?:verification"
    r"|confirmation) (?:is )?(?:step|required|request)"
    r"|confirm that you are (?:a )?(?:human|not a (?:spammer|robot))|(?:spam ?arrest|boxbe|tmda) "
    r"|um (?:ihre|die) (?:nachricht|e-?mail|mail) zuzustellen.{0,120}(?:klick|bestätig|antwort)"
    r"|bestätigen sie.{0,60}(?:absender|kein spam|keine spam|kein roboter).{0,120}(?:klick|link|antwort)"
)
_STRONG = re.compile(rf"^[^\w\n]{{0,20}}(?:{_SAID})", re.IGNORECASE | re.MULTILINE)
_CUES = {
    name: re.compile(one, re.IGNORECASE | re.DOTALL)
    for name, one in {
        "said": _SAID,
        "away": _AWAY,
        "cared": _CARED,
        "received": _RECEIVED,
        "promised": _PROMISED,
        "challenged": _CHALLENGE,
    }.items()
}
_LOOK_AT = 4000
_KEPT = 256
"""Texts that are remembered: two rules ask for the same one."""
_FIRST_LINES = 3


@lru_cache(maxsize=_KEPT)
def told(text: str) -> int:
    """How surely a text, without what it quotes, is an automatic answer: 2 surely, 1 perhaps, 0 not.

    It is sure when its first lines say that a machine writes, or that somebody is away or a mail was received, and
    more follows that only automatic answers say. A person who is away writes so too, and asks something.
    """
    text = text[:_LOOK_AT]
    opening = "\n".join([line for line in text.split("\n") if line.strip()][:_FIRST_LINES])
    if _STRONG.search(opening) or _cue("challenged", text):
        return 2
    said, away, received = _cue("said", text), _cue("away", text), _cue("received", text)
    if said and (away or received or _cue("cared", text)):
        return 2
    absent = away and _cue("cared", text)
    confirmed = received and _cue("promised", text)
    begins = _cue("away", opening) if absent else confirmed and _cue("received", opening)
    if begins and "?" not in text:
        return 2
    return 1 if absent or confirmed or (said and _STRONG.search(text)) else 0


def _cue(name: str, text: str) -> bool:
    return _CUES[name].search(text) is not None
