"""How mail programs name the fields above an earlier mail, in the languages of common programs."""

import re
from typing import Literal

Role = Literal["from", "date", "to", "subject"]

_WORDS: dict[Role, str] = {
    "from": "von|from|absender|sender|de|expéditeur|remitente|da|mittente|van|fra|från|avsändare|od|lähettäjä|от"
    "|от кого|від|feladó|kimden|gönderen|差出人|发件人|寄件者|message du",
    "date": "gesendet|gesendet am|sent|datum|date|envoyé|envoyé le|enviado|enviado el|enviada|enviada em"
    "|enviado em|fecha|data|inviato|inviato il|verzonden|verzonden op|sendt|dato|skickat|wysłano|wysłane"
    "|data wysłania|lähetetty|päivämäärä|отправлено|дата|надіслано|odesláno|küldve|dátum|gönderildi"
    "|tarih|送信日時|日付|发送时间|日期",
    "to": "an|to|empfänger|cc|kopie|kopie an|bcc|antwort an|reply-to|reply to|à|copie à|répondre à|para|a|per"
    "|risposta|aan|til|kopi|till|kopia|do|dw|vastaanottaja|kopio|кому|копия|komu|címzett|kime|bilgi|宛先|收件人|抄送"
    "|wichtigkeit|importance"
    "|priorität|priority|attachments|anlagen|anhänge",
    "subject": "betreff|subject|betr.|objet|sujet|asunto|assunto|oggetto|onderwerp|emne|ämne|temat|aihe|тема|předmět"
    "|predmet|tárgy|konu|件名|主题",
}
ROLE: dict[str, Role] = {word: role for role, words in _WORDS.items() for word in words.split("|")}
"""What a label, in small letters, names."""


def _one_of(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


LABEL = _one_of(list(ROLE))
"""A pattern for any of the labels."""
SUBJECT_LABEL = _one_of([word for word, role in ROLE.items() if role == "subject"])
"""A pattern for those that name the subject."""
FIRST_LABEL = _one_of([word for word, role in ROLE.items() if role == "from"])
"""A pattern for those that name who wrote: with one of these a block of fields begins."""
