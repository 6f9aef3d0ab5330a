import type { Answer } from '@milepost/sdk';
import { CopyText } from '../../../components/copy-text.tsx';
import { Badge } from '../../../components/ui/badge.tsx';
import { VERDICTS } from './domain-states.ts';

type Domain = Answer<'GET /sender_domains/{id}'>;

/** Each record to set, and what is there instead. */
export function DomainRecords({ records, findings }: Pick<Domain, 'records' | 'findings'>) {
  return (
    <ul className="grid gap-3">
      {records.map(({ record, type, name, value, purpose, required, verdict }) => {
        const finding = findings.find((one) => one.record === record && one.name === name);
        return (
          <li
            key={`${record} ${name}`}
            className="grid gap-1 border-t pt-3 text-sm first:border-t-0 first:pt-0"
          >
            <p className="flex flex-wrap items-center gap-2">
              <span className="font-medium">{purpose}</span>
              {!required && <Badge tone="quiet">optional</Badge>}
              {verdict !== null && (
                <Badge tone={VERDICTS[verdict].tone}>{VERDICTS[verdict].word}</Badge>
              )}
            </p>
            <dl className="grid items-center gap-x-3 wide:grid-cols-[3rem_minmax(0,1fr)]">
              <dt className="text-muted">{type}</dt>
              <dd>
                <CopyText text={name} label={`Copy the name ${name}`} />
              </dd>
              {value !== null && (
                <>
                  <dt className="text-muted">is</dt>
                  <dd>
                    <CopyText text={value} label={`Copy the value of ${name}`} />
                  </dd>
                </>
              )}
            </dl>
            {finding !== undefined && verdict !== 'ok' && (
              <ul className="text-muted">
                {finding.says.map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            )}
          </li>
        );
      })}
    </ul>
  );
}
