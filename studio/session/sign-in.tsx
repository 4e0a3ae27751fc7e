import { type FormEvent, useState } from 'react';
import { Button } from '../design/controls/button.tsx';
import { Field } from '../design/controls/field.tsx';
import { endOf, isGood } from './session.ts';
import css from './sign-in.module.css';

/** What is wrong with a pasted text, before the gateway is asked. */
export function faultOf(token: string): string | undefined {
  if (token === '') return 'Paste a token first.';
  if (token.split('.').length !== 3) return 'This is no token: it has three parts with dots between them.';
  if (endOf(token) !== undefined && !isGood(token)) return 'This token has ended. Get a new one.';
  return undefined;
}

export interface SignInProps {
  readonly onToken: (token: string) => void;
  /** Why the user is asked again, e.g. that the token was refused. */
  readonly reason?: string | undefined;
}

/** Where a user pastes a token. */
export function SignIn({ onToken, reason }: SignInProps) {
  const [fault, setFault] = useState(reason);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get('token');
    const token = String(given ?? '')
      .trim()
      .replace(/^Bearer\s+/i, '');
    const wrong = faultOf(token);
    setFault(wrong);
    if (!wrong) onToken(token);
  };
  return (
    <main className={css['signIn']}>
      <h1>Blobgraph Studio</h1>
      <p>Sign in with a token of your gateway. It is kept in this tab alone, until you close it.</p>
      <form onSubmit={submit} className={css['form']}>
        <Field
          label="Token"
          name="token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          fault={fault}
        />
        <Button kind="primary" type="submit">
          Sign in
        </Button>
      </form>
    </main>
  );
}
