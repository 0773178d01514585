import type { ComponentChildren } from 'preact';
import type { EndingName } from '../../../shared/core/ports.js';
import { MEANINGS } from './format.js';
import { hrefOf } from './route.js';
import { Text } from './text.js';

/** How a record ended. */
export function EndingTag({ name }: { readonly name: EndingName }) {
  return (
    <span class="ending" title={MEANINGS[name]}>
      <i class={`dot e-${name}`} aria-hidden="true" />
      {name}
    </span>
  );
}

/** A box with a heading. */
export function Panel(props: {
  readonly title: ComponentChildren;
  readonly id: string;
  readonly aside?: ComponentChildren;
  readonly class?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class={`panel ${props.class ?? ''}`} aria-labelledby={props.id}>
      <header class="panel-head">
        <h2 id={props.id}>{props.title}</h2>
        {props.aside}
      </header>
      {props.children}
    </section>
  );
}

/** A link to a person. */
export function PersonLink({ id }: { readonly id: string }) {
  return (
    <a href={hrefOf('person', id)}>
      <Text value={id} most={200} />
    </a>
  );
}

/** Says that there is nothing, and what would make something come. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** What went wrong, told at once to those who do not see it. */
export function Trouble({ text }: { readonly text: string | undefined }) {
  return (
    <div role="alert" class={text === undefined ? 'sr' : 'trouble'}>
      {text}
    </div>
  );
}
