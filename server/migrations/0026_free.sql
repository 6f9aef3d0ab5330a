-- compatible
-- Helper F: this holds your number, so that tests run meanwhile. Delete this file when you add yours.
select 1;
