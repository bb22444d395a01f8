// A gym is chosen from a list where there are many.

const list = document.getElementById("gym-list");
list?.addEventListener("change", () => {
  const query = new URLSearchParams(location.search);
  query.set("gym", list.value);
  location.search = query.toString();
});
