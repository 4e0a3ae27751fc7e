import type { ReactNode, SVGProps } from 'react';

type IconProps = SVGProps<SVGSVGElement>;

const icon = (title: string, drawing: ReactNode) =>
  function Icon(props: IconProps) {
    return (
      <svg
        aria-label={props['aria-hidden'] ? undefined : title}
        role={props['aria-hidden'] ? undefined : 'img'}
        viewBox="0 0 24 24"
        height="1em"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
        {...props}
      >
        {drawing}
      </svg>
    );
  };

/** An open book. */
export const StoryIcon = icon(
  'Story',
  <path d="M12 6.5C10 5 7 4.5 3 4.5v14c4 0 7 .5 9 2 2-1.5 5-2 9-2v-14c-4 0-7 .5-9 2Zm0 0v14" />,
);

/** A root with two branches. */
export const PlanIcon = icon(
  'Query plan',
  <path d="M9 3h6v5H9zM3 16h6v5H3zM15 16h6v5h-6zM12 8v4M6 16v-2a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v2" />,
);

/** Two links of a chain. */
export const LinkIcon = icon(
  'Link',
  <path d="M10 14a4.5 4.5 0 0 0 6.4 0l3.3-3.3a4.5 4.5 0 0 0-6.4-6.4L11.5 6M14 10a4.5 4.5 0 0 0-6.4 0l-3.3 3.3a4.5 4.5 0 0 0 6.4 6.4l1.8-1.7" />,
);
