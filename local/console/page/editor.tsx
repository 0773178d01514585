import { useRef } from 'preact/hooks';

/** A text that is edited, with the numbers of its lines; those in `marked` are wrong. */
export function Editor(props: {
  readonly label: string;
  readonly value: string;
  readonly marked?: ReadonlySet<number>;
  readonly onEdit: (value: string) => void;
}) {
  const { label, value, marked = new Set(), onEdit } = props;
  const gutter = useRef<HTMLDivElement>(null);
  const lines = value.split('\n').length;
  /** A new line begins where the one before began. */
  const onKey = (event: KeyboardEvent & { readonly currentTarget: HTMLTextAreaElement }): void => {
    if (event.key !== 'Enter' || event.isComposing) return;
    const { selectionStart, selectionEnd } = event.currentTarget;
    const [indent = ''] = /^ */.exec(value.slice(value.lastIndexOf('\n', selectionStart - 1) + 1)) ?? [];
    if (indent === '') return;
    event.preventDefault();
    event.currentTarget.setRangeText(`\n${indent}`, selectionStart, selectionEnd, 'end');
    onEdit(event.currentTarget.value);
  };
  return (
    <div class="editor">
      <div class="gutter" ref={gutter} aria-hidden="true">
        {Array.from({ length: lines }, (_, i) => (
          <span key={i} class={marked.has(i + 1) ? 'wrong' : ''}>
            {i + 1}
          </span>
        ))}
      </div>
      <textarea
        aria-label={label}
        aria-invalid={marked.size > 0}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        wrap="off"
        value={value}
        onInput={({ currentTarget }) => onEdit(currentTarget.value)}
        onKeyDown={onKey}
        onScroll={({ currentTarget }) => {
          if (gutter.current) gutter.current.scrollTop = currentTarget.scrollTop;
        }}
      />
    </div>
  );
}
