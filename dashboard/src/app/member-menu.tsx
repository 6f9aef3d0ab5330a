import { useNavigate } from '@tanstack/react-router';
import CircleUser from 'lucide-react/icons/circle-user';
import { useState } from 'react';
import { signOut } from '../api/sign-in.ts';
import { useSide } from '../api/side.ts';
import { Button } from '../components/ui/button.tsx';
import { Menu, MenuItem, MenuLabel, MenuLine } from '../components/ui/menu.tsx';
import { useSay } from '../components/ui/toast.tsx';

/** Who is signed in, their own settings, and the way out. */
export function MemberMenu() {
  const { member, side } = useSide();
  const navigate = useNavigate();
  const say = useSay();
  const [isLeaving, setIsLeaving] = useState(false);
  const leave = (): void => {
    setIsLeaving(true);
    signOut().then(
      () => window.location.assign('/sign-in'),
      (error: Error) => {
        setIsLeaving(false);
        say({ title: 'You are still signed in', text: error.message, tone: 'fault' });
      },
    );
  };
  return (
    <Menu
      trigger={
        <Button look="bare" square aria-label={`Signed in as ${member.name}`} disabled={isLeaving}>
          <CircleUser size={17} aria-hidden />
        </Button>
      }
    >
      <MenuLabel>
        <span className="block font-medium text-ink">{member.name}</span>
        <span className="block">{member.email}</span>
        <span className="block">{side.role} of this workspace</span>
      </MenuLabel>
      <MenuLine />
      <MenuItem
        onSelect={() =>
          void navigate({ to: '/dashboard/settings/$section', params: { section: 'account' } })
        }
      >
        Your account and sessions
      </MenuItem>
      <MenuItem onSelect={leave}>Sign out</MenuItem>
    </Menu>
  );
}
