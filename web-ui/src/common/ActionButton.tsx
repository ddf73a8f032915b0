import {
  Button,
  Dropdown,
  DropdownItem,
  DropdownList,
  MenuToggle,
  Tooltip,
  type ButtonProps,
} from '@patternfly/react-core';
import { EllipsisVIcon } from '@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon';
import { useState } from 'react';

export interface Action {
  key: string;
  label: string;
  run: () => void;
  /** Why it cannot be done now; it stays visible, with this in a tooltip. */
  forbidden?: string;
  danger?: boolean;
}

export function ActionButton({ action, variant = 'secondary' }: { action: Action; variant?: ButtonProps['variant'] }) {
  const button = (
    <Button
      size="sm"
      variant={variant}
      isDanger={action.danger && variant !== 'danger'}
      isAriaDisabled={Boolean(action.forbidden)}
      onClick={action.run}
    >
      {action.label}
    </Button>
  );
  return action.forbidden ? <Tooltip content={action.forbidden}>{button}</Tooltip> : button;
}

interface MenuProps {
  label: string;
  actions: Action[];
  text?: string;
}

export function ActionMenu({ label, actions, text }: MenuProps) {
  const [open, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: 'right' }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          size="sm"
          variant={text ? 'secondary' : 'plain'}
          aria-label={label}
          isExpanded={open}
          onClick={() => setOpen(!open)}
          {...(text ? {} : { icon: <EllipsisVIcon /> })}
        >
          {text}
        </MenuToggle>
      )}
    >
      <DropdownList>
        {actions.map((action) => (
          <DropdownItem
            key={action.key}
            isDanger={action.danger}
            isAriaDisabled={Boolean(action.forbidden)}
            tooltipProps={action.forbidden ? { content: action.forbidden } : undefined}
            onClick={action.run}
          >
            {action.label}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
