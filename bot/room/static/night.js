// Tells a night's hours in the reader's own time; without this they are in UTC.

const spoken = document.documentElement.lang;
const forms = {
  day: { dateStyle: "full" },
  date: { dateStyle: "long" },
  clock: { timeStyle: "short" },
};

for (const time of document.querySelectorAll("time[data-as]")) {
  time.textContent = new Intl.DateTimeFormat(spoken, forms[time.dataset.as]).format(new Date(time.dateTime));
}
for (const zone of document.querySelectorAll(".utc")) {
  zone.remove();
}
