export default {
	"template.free-talk.name": "Free talk",
	"template.free-talk.description": "Talk about whatever you like; the partner listens and asks.",
	"template.cafe.name": "Ordering in a café",
	"template.cafe.description": "Order a drink and something to eat, ask for the price and pay.",
	"template.directions.name": "Asking the way",
	"template.directions.description": "You are new in town. Find the station, the museum and your hotel.",
	"template.shopping.name": "Shopping for clothes",
	"template.shopping.description": "Find the right size and colour, ask for the price and try things on.",
	"template.neighbour.name": "Meeting a neighbour",
	"template.neighbour.description":
		"Somebody new lives next door. Say who you are and get to know each other.",
	"template.daily-life.name": "A day in your life",
	"template.daily-life.description":
		"Tell a new pen friend what you do every day, from breakfast to bedtime.",
	"template.hotel.name": "At the hotel",
	"template.hotel.description": "Check in, ask about breakfast and the room, and say what you need.",
	"template.doctor.name": "At the doctor's",
	"template.doctor.description":
		"Say what hurts and since when, answer the doctor's questions and ask for advice.",
	"template.weekend.name": "Talking about the weekend",
	"template.weekend.description": "Small talk with a colleague: what you did, what you like, what you plan.",
	"template.airport.name": "At the airport: lost luggage",
	"template.airport.description":
		"Your suitcase has not arrived. Describe it, and arrange how you get it back.",
	"template.flat-viewing.name": "Viewing a flat",
	"template.flat-viewing.description":
		"Look at a flat that is for rent, ask about costs and rules, and make a good impression.",
	"template.film.name": "Talking about films and series",
	"template.film.description": "Tell what you have watched, what it was about and why you liked it or not.",
	"template.job-interview.name": "A job interview",
	"template.job-interview.description":
		"Introduce yourself, talk about your experience and ask good questions.",
	"template.complaint.name": "Making a complaint",
	"template.complaint.description":
		"Something you ordered has gone wrong. Explain, stay polite and insist on a solution.",
	"template.remote-work.name": "Debate: working from home",
	"template.remote-work.description":
		"Take a side, give reasons, answer objections and look for a compromise.",
	"template.pay-rise.name": "Negotiating a pay rise",
	"template.pay-rise.description":
		"Convince your boss that you are worth more, deal with objections and find an agreement.",
	"template.presentation.name": "Questions after a talk",
	"template.presentation.description":
		"You have given a talk on a subject of your choice. Answer a journalist's questions about it.",
	"template.ai-debate.name": "Debate: artificial intelligence",
	"template.ai-debate.description":
		"Weigh the promise of thinking machines against their price, and defend where you would draw the line.",
	"template.dispute.name": "Advising in a conflict",
	"template.dispute.description":
		"A colleague has fallen out with another one and asks for your judgement. Listen, ask and mediate.",

	"templates.all": "All",
	"templates.anyLevel": "Any level",
	"templates.filter": "Which level?",
	"templates.levelOf": "Level of “{name}”",
	"templates.own": "Your templates",
	"templates.situations": "Situations",
	"templates.new": "New template",
	"templates.editTitle": "Change the template",
	"templates.edit": "Change “{name}”",
	"templates.delete": "Delete “{name}”",
	"templates.name": "Name",
	"templates.level": "Level",
	"templates.opening": "What your partner says first",
	"templates.openingHint": "Leave it empty if you want to begin.",
	"templates.prompt": "How your partner should behave",
	"templates.promptHint":
		"For partners that can be told what to do. The built-in one keeps to its own lines.",
	"templates.save": "Save",
	"templates.cancel": "Cancel",
	"templates.makeTitle": "Save as a template",
	"templates.makeHint":
		"A template to begin new conversations from. It takes the level from this one, what your partner said first and how your partner should behave; nothing else that was said goes into it.",
	"templates.made": "Saved the template “{name}”",
	"templates.notSaved": "The template was not saved.",
	"templates.notDeleted": "The template was not deleted.",
	"templates.tooMany": "You have 500 templates already. Delete one first.",
} as const;
