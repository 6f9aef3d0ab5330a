import type { Message, MessageStatus } from '@milepost/sdk';

/**
 * How loudly a state is told: in passing, as arrived, as come back, as held against us, as never sent,
 * or as a question to the reader.
 */
type Tone = 'quiet' | 'arrived' | 'returned' | 'unwanted' | 'failed' | 'asking';

interface StatusWords {
  /** The glossary's word, as people read it. */
  readonly word: string;
  readonly tone: Tone;
  readonly meaning: string;
}

export const STATUS_WORDS: Readonly<Record<MessageStatus, StatusWords>> = {
  scheduled: { word: 'scheduled', tone: 'quiet', meaning: 'It waits for its time.' },
  sending: { word: 'sending', tone: 'quiet', meaning: 'It is being handed over.' },
  accepted: {
    word: 'accepted',
    tone: 'quiet',
    meaning: 'A provider took it; whether it arrived is not known.',
  },
  delivered: {
    word: 'delivered',
    tone: 'arrived',
    meaning: 'The receiving side says that it arrived.',
  },
  bounced: { word: 'bounced', tone: 'returned', meaning: 'It came back.' },
  complained: {
    word: 'complained',
    tone: 'unwanted',
    meaning: 'The recipient reported it as spam; nothing more is sent to this address.',
  },
  rejected: {
    word: 'rejected',
    tone: 'failed',
    meaning: 'It was refused, and is not tried again.',
  },
  cancelled: { word: 'cancelled', tone: 'quiet', meaning: 'It was not sent.' },
  in_doubt: {
    word: 'in doubt',
    tone: 'asking',
    meaning: 'It was handed over and no answer came. It may have arrived, or not.',
  },
};

/** What the state of this message means. */
export function meaningOf({ status, transport }: Pick<Message, 'status' | 'transport'>): string {
  if (status === 'accepted' && transport === 'capture') {
    return 'It was kept here, and handed over to nobody.';
  }
  return STATUS_WORDS[status].meaning;
}
