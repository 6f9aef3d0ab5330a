/** What people and servers write, in lower case, to be looked for in lower-case text. */

const listOf = (lines: string): readonly string[] =>
  lines.split(/[|\n]/).flatMap((phrase) => (phrase.trim() === '' ? [] : [phrase.trim()]));

/** Who reports bounces, by the local part before the first separator, or by name. */
const DAEMON_LOCALS = new Set(
  listOf(`
  mailer-daemon | mailerdaemon | mail-daemon | maildaemon | postmaster | mdaemon | mail_daemon
  mailadmin | mailrouter | mail-router | bounce | bounces | bounced | undeliverable | mta
  maildelivery | mail-delivery | mailsystem | mail-system | mailgate | mail-gateway
  microsoftexchange
  `),
);
const DAEMON_NAMES = listOf(`
  mail delivery | mailer-daemon | mailer daemon | mail administrator | system administrator
  systemadministrator | mail system | mail router | delivery subsystem | internet mail delivery
  microsoft outlook | message delivery | postmaster
`);

export function isDaemon({ local, name }: { local: string; name: string }): boolean {
  const word = local.toLowerCase();
  if (DAEMON_LOCALS.has(word) || DAEMON_LOCALS.has(word.split(/[+=]/)[0] ?? '')) return true;
  if (/^microsoftexchange[\da-f]{8,40}$/.test(word)) return true;
  return DAEMON_NAMES.some((daemon) => name.toLowerCase().includes(daemon));
}

/** A mail went nowhere, says its subject or its text. */
export const BOUNCE = listOf(`
  undeliver | delivery status notification | failure notice | returned mail | mail delivery failed
  delivery fail | delivery failure | delivery has failed | delivery error | delivery problem
  mail error | could not be delivered | couldn't be delivered | couldn’t be delivered
  could not deliver | couldn't deliver | couldn’t deliver | was not delivered | wasn't delivered
  wasn’t delivered | were not delivered | not be delivered | not been delivered | not deliver
  unable to deliver | did not reach | didn't reach | cannot be delivered | can't be delivered
  can’t be delivered | cannot deliver | cannot be reached
  delivery to the following | permanent fatal error | transient non-fatal | address not found
  nondeliver | non-deliver | delivery report | delivery notification | returned to sender
  message rejected | rejected by | was rejected | has been rejected | permanently failed
  mail failed
  failed to deliver | message delayed | delivery delayed | delivery is delayed | delayed mail
  warning: message | failed permanently | permanent error | recipients was rejected
  unzustellbar | nicht zugestellt | zustellung fehlgeschlagen | zustellfehler | nicht ausgeliefert
  non remis | pas pu être remis | pas été remis | échec de la remise | non distribué
  n'a pas pu être
  no se ha podido entregar | no se pudo entregar | no entregado | no ha podido ser entregado
  impossibile recapitare | mancato recapito | non recapit | non è stato possibile consegnare
  niet bezorgd | niet worden bezorgd | onbestelbaar | não foi entregue | não pôde ser entregue
  não entregue | falha na entrega | nie dostarczono | nie mógł zostać dostarczon
  nie została dostarczon
  не доставлен | недоставлен | не может быть доставлен | не удалось доставить | kunde inte levereras
  kunne ikke leveres | ei voitu toimittaa | teslim edilemedi | nelze doručit | kézbesíthetetlen
  配信できません | 配信エラー | 配信不能 | 送信できません | 送達できません | 未送達 | 退信 | 投递失败 | 无法投递
  无法发送 | 전송 실패 | 전달되지 | 반송
`);

/** It goes on by itself: no failure yet, or perhaps never one. */
export const DELAY = listOf(`
  delayed | warning only | warning: message | not yet been delivered | has not yet | will be retried
  will retry | will keep trying | will continue to | still being tried | still trying
  keep retrying
  no action is required | do not need to resend | don't need to resend | need not resend
  not been delivered to the recipient yet | transient non-fatal | delivery incomplete | is delayed
  delivery will be attempted | attempts will continue | verzögert | weitere zustellversuche
  retard | en attente de remise | retrasad | se seguirá intentando | ritardo | vertraagd | opóźni
  задержан | 遅延 | 再送 | 延迟 | 지연
`);

/** Nobody is there at the moment, or a machine answers for a person. */
export const AUTO_REPLY = listOf(`
  out of office | out of the office | out-of-office | ooo | automatic reply | automatic response
  auto reply | auto-reply | autoreply | auto response | auto-response | autoresponse | autoresponder
  auto: | vacation | on leave | annual leave | maternity leave | parental leave | on holiday
  away from my | away from the office | away until | i am away | i'm away | not in the office
  no longer with | no longer work | has left the company | left the company
  thank you for your message | thank you for contacting | thanks for contacting
  thank you for your email
  we have received your | we've received your | received your request | received your message
  your request has been | ticket created | new ticket | case created | support request
  [ticket | [case
  [request | has been assigned | do not reply to this | please confirm your message
  please verify your | sender verification | confirm your email | boxbe | spamarrest | challenge
  abwesen | nicht im büro | außer haus | ausser haus | im urlaub | automatische antwort | elternzeit
  automatisch generierte | eingangsbestätigung | réponse automatique | absence du bureau | absent
  en congé | en vacances | accusé de réception | respuesta automática | respuesta automatica
  fuera de la oficina | fuera de oficina | de vacaciones | ausente | acuse de recibo
  resposta automática | fora do escritório | de férias | risposta automatica | fuori ufficio
  in ferie
  assente | afwezig | automatisch antwoord | niet op kantoor | automatyczna odpowiedź
  poza biurem | na urlopie | nieobecn | автоответ | автоматический ответ | в отпуске | отсутств
  autosvar | frånvaro | fravær | poissa | automaattinen vastaus | otomatik yanıt | ofis dışında
  automatická odpověď | mimo kancelář | automatikus válasz | házon kívül | răspuns automat
  αυτόματη απάντηση | 自動返信 | 自動応答 | 不在 | 休暇 | 自动回复 | 自動回覆 | 外出 | 休假 | 자동 회신
  부재중 | 휴가 | رد تلقائي | מענה אוטומטי
`);

/** The whole of a subject or a first line: who writes more than that says something else. */
export const UNSUBSCRIBE = new Set(
  listOf(`
  unsubscribe | unsubscribe me | please unsubscribe | please unsubscribe me | stop | remove me
  opt out
  opt-out | abmelden | abbestellen | bitte abmelden | austragen | désabonner | désinscrire
  désinscription | désabonnement | se désabonner | cancelar suscripción | darse de baja | baja
  desuscribirse | cancelar inscrição | descadastrar | disiscrivi | disiscrizione | cancellami
  uitschrijven | afmelden | wypisz | wypisz mnie | отписаться | отписка | avregistrera | afmeld
  配信停止 | 退订 | 退訂 | 수신거부
  `),
);

/** Where the mail that came back begins: what follows is our own text. */
export const ORIGINAL_BEGINS = listOf(`
  this is a copy of | this is a copy of the | below this line is a copy
  below this line is the original
  original message follows | original message headers | original message | original headers
  message header follows | message headers follow | unsent message follows | unsent message below
  returned message follows | returned mail follows | message follows | transcript of message follows
  a copy of the message | copy of your message | the header of the original
  headers of the original
  the original message was | start of returned message | ursprüngliche nachricht | message d'origine
  mensaje original | messaggio originale | 元のメッセージ | 原始邮件 | headers of your message
  the following is a copy | here is a copy of | included below | message text follows
`);
