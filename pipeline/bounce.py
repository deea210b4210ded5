"""Mail servers that say a mail could not be delivered, and which mail that was.

Reports in the standard form (RFC 3464) are told by their media types. Many servers write in a form of their own: these
are told by signs, of which two must be there: who sends, what the subject says, what the first words say.
"""

import re

from salver.data.message import Message

_SERVER_NAME = re.compile(
    r"mail ?delivery ?(?:sub)?(?:system|service)|mail(?:er)?[- ]?daemon|(?:mail )?delivery subsystem"
    r"|(?:mail )?system(?: ?administrator)?|mail administrator|post ?master|courier mail server.*|interscan.*"
    r"|microsoft (?:outlook|exchange)|internet mail (?:delivery|connector).*|mail router|mail gateway"
    r"|smtp (?:server|gateway)"
    r"|e-?mail[- ](?:system|gateway|filter).*|mms mail system administrator|anti-?spam.*|message delivery.*",
    re.IGNORECASE,
)
_TAGS = r"(?:\s{0,9}(?:\[[^\]]{1,40}\]|\*{2,9}|re:(?= undeliver)))*+\s{0,9}"
_SUBJECT = re.compile(
    _TAGS + r"(?:"
    r"undeliver(?:able|ed)(?: ?:| mail| message)|undelivered\b|undeliverable$|returned (?:mail|to sender)|bounced?:"
    r"|\[bounce\]"
    r"|non-?deliver(?:able|y)|message not delivered|mail not delivered|not delivered:"
    r"|(?:e-?)?mail deliver[ye]d? (?:failed|failure|failures|error|status|system|problem|delayed|notification"
    r"|warning|report)"
    r"|mail (?:failure|system error|could not be delivered)|your (?:e-?mail|message) (?:could not|was not|has not)"
    r"|delivery (?:has )?(?:failed|failure|failures|status|report|error|problem|delayed|notification|unsuccessful)"
    r"|delivery status notification|fail(?:ed|ure) (?:delivery|notice|to deliver)|failure notice"
    r"|permanent delivery failure"
    r"|message (?:delivery (?:failure|has failed|delayed|error|status)|you sent blocked|frozen)"
    r"|error (?:sending|delivering|in your mail)|there was an error sending|error\(s\) in forwarding"
    r"|notice: mail delivery status|warning: (?:message|could not send|delayed|mail)|delayed mail|delayed:"
    r"|rejected:? |sorry, your message|could not deliver|couldn't deliver|see transcript for details"
    r"|postmaster notify"
    r"|unzustellbar|nicht zustellbar|nachricht (?:nicht|unzustellbar)|unzustellbare|zustellung(?:sfehler"
    r"| fehlgeschlagen|sstatus)"
    r"|(?:ihre )?(?:e-?mail|nachricht|mail)(?: konnte| wurde)? nicht zugestellt|zustellstatus"
    r"|unzustellbarkeitsbericht"
    r"|fehler bei der (?:nachrichten)?(?:zustellung|übermittlung)|verzögerte zustellung|zustellung verzögert"
    r"|mailzustellung"
    r"|non remis|non distribuable|échec de (?:la )?remise|échec de la distribution|notification d.échec"
    r"|retard de remise"
    r"|no se (?:ha podido|pudo|puede) entregar|no entregad[oa]|correo no entregado|error (?:de|en la) entrega"
    r"|mensaje (?:no|que no)|impossibile recapitare|non recapitabile|mancat[ao] (?:consegna|recapito)|messaggio non"
    r"|notifica (?:di )?mancata|onbestelbaar|niet[- ]bezorgbaar|niet bezorgd|bezorging (?:mislukt|vertraagd)"
    r"|não entregue|não foi possível entregar|falha (?:na|de) entrega|olevererbart|oleverbart|kan ikke leveres"
    r"|uleveret"
    r"|kunde inte levereras|toimittamatt|niedostarczon|nie można dostarczyć|nie dostarczono|недоставленное"
    r"|не доставлено"
    r"|сообщение не доставлено|не удалось доставить|nedoručiteln|kézbesíthetetlen|teslim edilemedi"
    r"|配信(?:できません|不能|に失敗|エラー)|.{0,20}を?配信できません|メール配信に失敗|退信|系统退信|无法投递|未送达|传递失败"
    r")",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"qmail-send program|this is the (?:mail system|mailer-daemon)|created automatically by (?:the )?mail"
    r"|mail delivery software"
    r"|delivery (?:has|to the following|to these|of (?:your|the)|attempts?).{0,80}(?:fail|delay|could not|unsuccess)"
    r"|delivery failed|could not be delivered|couldn.t be delivered|cannot be delivered|was not delivered"
    r"|wasn.t delivered"
    r"|(?:not|un)able to (?:be )?deliver|were unable to deliver|undeliverable|can(?:not|.t) deliver|could not deliver"
    r"|(?:had|has) (?:permanent|transient|a permanent)|permanent (?:fatal )?error|fatal errors"
    r"|returned to (?:the )?sender"
    r"|returning (?:your )?message|is being returned|has been returned|did not reach"
    r"|has not (?:yet )?(?:been delivered|reached)"
    r"|(?:mailbox|inbox|postfach|quota).{0,40}(?:full|exceeded|voll|überschritten)|over(?: its)? quota"
    r"|user unknown|unknown user|no such user|unknown recipient|unknown address|address rejected|recipient rejected"
    r"|does(?:n.t| not) (?:exist|have an account)|no mailbox here|host unknown|domain (?:name )?not found"
    r"|invalid recipient"
    r"|transcript of session|the original message was received|message (?:is|was|has been) (?:delayed|rejected"
    r"|blocked)"
    r"|still being retried|will be retried|final-recipient:|diagnostic-code:|reporting-mta:|action: failed"
    r"|\b5\d\d[ -]5\.\d\.\d|\b5\d\d \W?(?:user|mailbox|recipient|unknown)|failure reasons|smtp error"
    r"|recipients?:? failed"
    r"|nicht zugestellt|nicht zustellbar|unzustellbar|nachrichtenzustellung|zustellung.{0,60}(?:fehl|verzögert"
    r"|nicht möglich)"
    r"|empfänger(?:adresse)?.{0,40}(?:unbekannt|existiert nicht|nicht gefunden)|konnte nicht .{0,30}(?:übermittelt"
    r"|ausgeliefert)"
    r"|n.a p(?:as )?pu être (?:remis|délivré|distribué)|message d.erreur de remise|échec de (?:la )?remise"
    r"|impossible de remettre"
    r"|no (?:se )?(?:ha )?(?:pudo|podido) (?:ser )?(?:entrega|entregar)|error en la entrega|no se ha podido entregar"
    r"|impossibile (?:recapitare|consegnare)|non è stato (?:possibile )?(?:recapita|consegna)"
    r"|recapito .{0,40}non riuscito"
    r"|(?:kan|kon) niet (?:worden )?(?:bezorgd|afgeleverd)|bezorging .{0,40}mislukt|niet bezorgd|onbestelbaar"
    r"|não pôde ser entregue|não foi possível entregar|nie (?:mogła|może) zostać dostarczon|nie można dostarczyć"
    r"|kunde inte levereras|gick inte att leverera|kunne ikke leveres|kan ikke leveres|не удалось доставить"
    r"|не может быть доставлено"
    r"|не было доставлено|配信(?:できません|不能|に失敗)|無法傳遞|无法投递|退回",
    re.IGNORECASE | re.DOTALL,
)
_OF_MAIL = re.compile(
    r"e-?mails?\b|\bmails?\b|messages?\b|nachricht|recipient|empfänger|mailbox|postfach|server|smtp|\b5\.\d\.\d\b"
    r"|quota"
    r"|destinat|bericht|mensaje|messaggio|mensagem|wiadomo|meddelande|сообщени|user\b|メール|ユーザー|投递|退信|listed|address|retried",
    re.IGNORECASE,
)
_OF_SOMEBODY = re.compile(
    r"\b(?:my|meine?[rmn]?) (?:last |letzte[rn]? )?(?:e-?mails?|mails?|messages?|nachricht(?:en)?"
    r"|antwort)\b"
    r"|\b(?:an sie|to you)\b.{0,80}(?:zurück|returned|bounced)|paket|päckchen|parcel|package|sendung|lieferung"
    r"|courier|kurier"
    r"|\bdhl\b|hermes|\bbrief\b|\bpost(?:bote|amt)\b|delivery (?:driver|man)|bestellung|my order|colis|paquete"
    r"|pacco|pakket",
    re.IGNORECASE,
)
_LOOK_AT = 1500
_COPY_LOOK_AT = 200_000
_COPIED_ID = re.compile(r"^[> \t]*Message-ID:\s*(<[^<>\s]{1,250}@[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_OUR_ID = re.compile(r"<salver\.[0-9a-z]{8,128}@[\w.-]{1,200}>", re.IGNORECASE)

_RECEIPT = "disposition-notification"
_WAITS = re.compile(
    r"delay|verzöger|verspät|retard|vertraagd|retrasad|ritard|still being (?:re)?tried|will be retried|keep trying"
    r"|noch nicht zugestellt|weiterhin versucht|not yet been delivered",
    re.IGNORECASE,
)
_FOR_GOOD = re.compile(
    r"action: failed|permanent|\b5\.\d\.\d|fail(?:ed|ure)|undeliver(?:able|ed)|giving up|gave up|endgültig|unzustellbar"
    r"|fehlgeschlagen|user unknown|unknown user|no such user|unbekannt",
    re.IGNORECASE,
)


def is_bounce(message: Message, *, from_machine: bool) -> bool:
    """Whether two of three say so: the sender, the subject, the first words. `from_machine` is what the header shows.

    Parcels, too, cannot be delivered, and people write of mails that came back: where nothing about the sender says
    that a mail server wrote, the words must be about a mail, and not about somebody's own or about a parcel.
    """
    name = message.sender.name if message.sender else ""
    server = from_machine or _SERVER_NAME.fullmatch(name[:100].strip(" \"'<>")) is not None
    subject = _SUBJECT.match(message.subject[:400]) is not None
    if server and subject:
        return True
    start = message.body[:_LOOK_AT]
    if not (server or subject) or not _TEXT.search(start):
        return False
    return server or (_OF_MAIL.search(start) is not None and not _OF_SOMEBODY.search(start))


def bounced(message: Message) -> str:
    """The Message-ID of the mail that could not be delivered, or that was read; "" when nothing tells it.

    A report encloses that mail or its header (RFC 3462); others copy it into the text; some only answer to it.
    """
    if message.enclosed:
        return message.enclosed[0]
    text = message.body[:_COPY_LOOK_AT]
    if found := _OUR_ID.search(text):
        return found[0]
    if copied := _COPIED_ID.search(text):
        return copied[1]
    return message.references[-1] if message.references else ""


def is_lost(message: Message) -> bool:
    """Whether a report says that a mail will not arrive; not that it was read, and not that it is still tried."""
    if any(_RECEIPT in one for one in message.media_types):
        return False
    said = f"{message.subject[:400]}\n{message.body[:_LOOK_AT]}"
    return _WAITS.search(said) is None or _FOR_GOOD.search(said) is not None
