import type { BounceClass } from './returned.ts';

/** Wordings that mean one thing. */
export interface WordFamily {
  readonly name: string;
  readonly class: BounceClass;
  /** Lower case, without punctuation; each begins a word, but those of scripts without blanks. */
  readonly phrases: readonly string[];
}

/** One phrase in a line, between `|`; each is looked for at the beginning of a word. */
const phrasesOf = (lines: string): string[] =>
  lines.split(/[|\n]/).flatMap((phrase) => (phrase.trim() === '' ? [] : [` ${phrase.trim()}`]));

/** Of scripts that have no blanks between words. */
const runsOf = (text: string): string[] => text.split('|').map((phrase) => phrase.trim());

/**
 * What is wrong is the sender's address or server, though the words for it are those for
 * recipients.
 */
const SENDER = phrasesOf(`
  sender verif | sender address rejected | sender rejected | sender denied | sender domain
  sender address does not | sender not | invalid sender | bad sender | unknown sender
  sender unknown
  callout verif | callback verif | could not verify sender | verification failed for
  mail from | mailfrom | envelope sender | envelope from | envelopefrom | return path | returnpath
  from address | in from | from domain | your domain | helo | ehlo
  domain of sender | sending domain | backscatter | bounces are not accepted
`);

const FULL = [
  ...phrasesOf(`
  mailbox full | mailbox is full | mailbox for is full | inbox is full | inbox full | mail box full
  mailbox has been full | account is full | user is full | is full | folder is full | quota
  overquota
  storage allocation | storage limit | storage space | out of storage | exceeded storage
  insufficient disk | insufficient storage | insufficient system storage | not enough space
  not enough storage | no space left | disk full | mailbox size | mailbox limit
  mailbox exceeds | mailbox would exceed | mailbox has exceeded | mailbox over
  postfach voll | postfach ist voll | speicherplatz | kontingent
  boîte pleine | boite pleine | boîte aux lettres pleine | boîte de réception pleine | bal pleine
  buzón lleno | buzon lleno | casilla llena | caixa de correio cheia | caixa postal cheia
  casella piena | casella di posta piena | skrzynka pełna | postbus vol | mailbox vol
  ящик переполнен | почтовый ящик переполнен | posta kutusu dolu
`),
  ...runsOf('容量を超|容量超過|満杯|いっぱい|邮箱已满|邮箱空间不足|信箱已滿|용량 초과|용량이 초과'),
];

const BLOCKED = [
  ...phrasesOf(`
  spam | antispam | antivirus | your ip | your host | your reverse | your server | dns record | tls
  blocked | blocklist | block list | blacklist | black list | denylist | deny list
  blocking | is listed | listed by | listed at | listed on | rbl | dnsbl | reputation | policy
  policies
  spf | dkim | dmarc | dane | authentication | unauthenticated | not authenticated | authenticated
  relay | virus | malware | phish | infected | unsolicited | bulk | suspicious | abuse | junk
  content reject | message reject | message refused | message content | message has been rejected
  mail rejected | email rejected | rejected by recipient | rejected by rule | rejected by filter
  rejected by user | refused by recipient | refuses | not permitted | not allowed | not authorized
  not authorised | unauthorized | prohibited | prohibition | banned | forbidden | disallowed
  access denied | access rejected | permission denied | reverse dns | reverse lookup | rdns | ptr
  dynamic ip | poor ip | client host | whitelist | allow list | allowlist | restricted | restriction
  attachment | too large | too big | message size | size limit | message exceeds | size exceeds
  maximum size | max message size | exceeds maximum | message too long | header | malformed | mime
  charset | line too long | bare lf | bad content | challenge | confirm that you | quarantine | url
  delivernotauthorized | restrictedto | senderrestriction | delivernotallowed
  filtered | filter | barracuda | cloudmark | complaint | unwanted
  abgelehnt | gesperrt | blockiert | nicht erlaubt | nicht zugelassen | bloqué | non autorisé
  refusé
  bloqueado | no permitido | rechazado por | bloccato | non consentito | zablokowan | geblokkeerd
  заблокирован | спам
`),
  ...runsOf('迷惑メール|受信拒否|拒絶|垃圾邮件|被拒绝|拒收|스팸'),
];

/** Too little to give somebody up; the first is Microsoft's for "nobody there, or not from you". */
const UNCLEAR = phrasesOf(`
  recipient address rejected access denied | may not exist | might not exist | may no longer
  might no longer | perhaps | possibly | unknown error | unknown reason | reason unknown
  unknown command | command unknown | unknown option | unknown failure | unknown problem
  unbekannter fehler | fehler unbekannt | grund unbekannt | unbekannte ursache | unbekannter grund
  erreur inconnu | raison inconnu | error desconocid | motivo desconocid | erro desconhecid
  errore sconosciut | motivo sconosciut | onbekende fout | nieznany błąd | okänt fel | ukendt fejl
  неизвестная ошибка | неизвестной ошибк
`);

const LATER = [
  ...phrasesOf(`
  try again later | try later | try again in | retry later | later | temporar | transient | greylist
  graylist | greylisted | grey list | timeout | timed out | time out | expired | too old
  delivery time | retry time | retry timeout | deferred | rate limit | rate that | too quickly
  too many | too fast | throttl | connection refused | connection reset | connection lost
  lost connection | could not connect | unable to connect | cannot connect | network unreachable
  no route to host | host unreachable | not responding | unreachable | service unavailable
  server busy | system load | resources | out of memory | internal error | configuration
  queue | loop | too many hops | hop count | mail system | lookup failure | lookup failed
  try again | name service error for name | domain not resolved | dns error | dns failure
  servfail | unable to look up | could not be resolved | on vacation | suspend | inactive | dormant
  not activated | not yet active | locked | overloaded | maintenance | io error | read only
  vorübergehend | später | spaeter | temporairement | plus tard | más tarde | mas tarde
  temporaneamente | mais tarde | tijdelijk | później | позже | временно
`),
  ...runsOf('一時的|稍后|暂时|나중에'),
];

const NOBODY = [
  ...phrasesOf(`
  user unknown | unknown user | recipient unknown | unknown recipient | mailbox unknown
  unknown mailbox
  address unknown | unknown address | account unknown | unknown account | unknown local
  unknown login
  unknown or illegal alias | unknown email | unknown rcpt | unknown virtual
  user is unknown | recipient is unknown | address is unknown | mailbox is unknown
  account is unknown
  no such user | no such mailbox | no such recipient | no such address | no such account
  no such person | no such local | no such email | no such domain | no such name | no such virtual
  no user | no mailbox | no account
  does not exist | doesnt exist | do not exist | not exist | dont exist | doesnot exist | nonexist
  non existent | non existing | non existant | didnt exist
  user not found | recipient not found | mailbox not found | address not found | account not found
  name not found | email not found | rcpt not found | address couldnt be found | user was not found
  recipient was not found | address could not be found | user could not be found | user wasnt found
  mailbox could not be found | recipient could not be found | recipient not found by
  not found by smtp address | no one by that name | nobody by that name | no one here
  invalid recipient | invalid mailbox | invalid user | invalid account | invalid rcpt
  bad recipient
  recipient invalid | recipient is invalid | user invalid | mailbox invalid
  not a valid mailbox | not a valid user | not a valid recipient | not a valid account
  not a valid address | not a valid email | not valid user | not valid recipient | not a known user
  not our customer | not a local user | isnt a user | is not a user
  not listed in domino | not listed in public | not listed in the directory | not listed in address
  user not registered | recipient not registered | unregistered user | unrouteable | unroutable
  undeliverable address | undeliverable recipient
  no longer exists | no longer in use | address no longer | address is no longer | mailbox no longer
  mailbox is no longer | user no longer | user is no longer | account no longer
  account is no longer
  recipient no longer | recipient is no longer | no longer with the company | no longer employed
  account closed | account is closed | account has been closed | account has been terminated
  account deleted | account has been deleted | account has been removed | account was deleted
  mailbox has been deleted | mailbox was deleted | mailbox removed | mailbox deleted
  mailbox closed
  user has left | account disabled | account is disabled | account has been disabled
  account was disabled | mailbox disabled | mailbox is disabled | reach is disabled | user disabled
  user is disabled | recipient disabled | address disabled | address is disabled
  account deactivated | account has been deactivated | mailbox deactivated | account cancelled
  user doesnt have | user does not have
  recipnotfound | exrecipnotfound | recipientnotfound | mailboxnotfound | usernotfound | nosuchuser
  null mx | nullmx | accepts no mail | domain not found | domain name not found
  domain unknown | unknown domain | host unknown | host not found | nxdomain | type a host not found
  unbekannt | existiert nicht | empfänger nicht gefunden | adresse nicht gefunden | kein benutzer
  kein postfach | kein solcher | benutzer nicht
  inconnu | nexiste pas | inexistant | destinataire introuvable | adresse introuvable
  desconocid | no existe | inexistente | usuario no encontrado | destinatario no encontrado
  desconhecid | não existe | nao existe | usuário não encontrado | usuario nao encontrado
  sconosciut | non esiste | utente non trovat | onbekend | bestaat niet | nieznan | nie istnieje
  finns inte | okänd | ukendt | findes ikke | ukjent | finnes ikke | tuntematon | neznám | neexist
  kullanıcı bulunamad | пользователь не найден | адрес не найден | ящик не найден
  получатель не найден | не существует | нет такого пользовател | неизвестный пользовател
  несуществующ | nem létezik | ismeretlen címzett | δεν υπάρχει
`),
  ...runsOf('存在しない|存在しません|宛先不明|不存在|查无此人|존재하지 않'),
];

/** In the order in which they are looked for: what forbids giving somebody up comes first. */
export const FAMILIES: readonly WordFamily[] = [
  { name: 'full', class: 'soft', phrases: FULL },
  { name: 'sender', class: 'blocked', phrases: SENDER },
  { name: 'unclear', class: 'soft', phrases: UNCLEAR },
  { name: 'blocked', class: 'blocked', phrases: BLOCKED },
  { name: 'later', class: 'soft', phrases: LATER },
  { name: 'nobody', class: 'hard', phrases: NOBODY },
];

/** 5.1.0, 5.1.4, 5.2.0 and 5.2.1 are not here: servers send them for too many things. */
const HARD_CODES = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10']);
/** Sender's address, too large, a list's rules, and everything about the message's form. */
const BLOCKED_CODES = new Set(['5.1.7', '5.1.8', '5.1.9', '5.2.3', '5.2.4', '5.3.4']);

/**
 * What an enhanced code 5.x.x says without words. Source: RFC 3463 section 3, RFC 7505, RFC 7372.
 */
export function classOfCode(code: string): BounceClass {
  if (HARD_CODES.has(code)) return 'hard';
  const isBlocked = BLOCKED_CODES.has(code) || code.startsWith('5.6.') || code.startsWith('5.7.');
  return isBlocked ? 'blocked' : 'soft';
}
