//! The console's components: native elements, our style sheet, and no domain type but by props.

mod badge;
mod button;
mod confirm;
mod copy;
mod dialog;
mod dynamic;
mod empty;
mod field;
mod filters;
mod focus;
mod icon;
mod later;
mod loaded;
mod navigate;
mod opening;
mod page;
mod pager;
mod remote;
mod skeleton;
mod table;
mod tabs;
mod time;
mod toast;

pub(crate) use badge::{Avatar, Family, lozenge};
pub(crate) use button::{SubmitButton, ThemeButton};
pub(crate) use confirm::{Buttons, Confirm};
pub(crate) use copy::{CopyButton, CopyField};
pub(crate) use dialog::Modal;
pub(crate) use dynamic::{Show, dynamic, effect, keyed, optional};
pub(crate) use empty::{Empty, Failure, Notice};
pub(crate) use field::{
    ChoicesField, ErrorSummary, InputKind, PasswordField, TextArea, TextField, error_line,
};
pub(crate) use filters::{FilterMenu, chip};
pub(crate) use focus::{focus, focus_soon, keep_focus};
pub(crate) use icon::{Brand, Icon, icon};
pub(crate) use later::later;
pub(crate) use loaded::Loaded;
pub(crate) use navigate::Navigator;
pub(crate) use opening::Opening;
pub(crate) use page::{PageHead, Visits, use_heading};
pub(crate) use pager::Pager;
pub(crate) use remote::{Present, Remote};
pub(crate) use skeleton::{SkeletonLines, SkeletonRows};
pub(crate) use table::{
    Column, SortHeader, SortOrder, act_cell, cell, is_row_click, number_cell, row, table, table_of,
};
pub(crate) use tabs::{Tab, Tabs};
pub(crate) use time::{LongTime, RelativeTime};
pub(crate) use toast::ToastRegion;
