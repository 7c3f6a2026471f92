package dock

import (
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
)

// maxOdd bounds what is remembered, and so said, of each dock's messages that are not as documented; maxStrange of devices that are not known.
const (
	maxOdd     = 100
	maxStrange = 1000
)

// notDocumented says once what a message holds that DJI does not document: newer firmware, or another dock altogether.
func (c *Controller) notDocumented(sn string, k cloudapi.Kind, m *cloudapi.Message) {
	if len(m.Undocumented) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range m.Undocumented {
		key := string(k) + " " + m.Name() + " " + o
		if c.odd[sn][key] || len(c.odd[sn]) >= maxOdd {
			continue
		}
		if c.odd[sn] == nil {
			c.odd[sn] = map[string]bool{}
		}
		c.odd[sn][key] = true
		c.o.Log.Info("not as documented, kept (said once)", "dock", sn, "topic", k, "method", m.Name(), "what", o)
	}
}

// topics that docks send on.
var topics = map[string]byte{
	cloudapi.Topic("+", cloudapi.KindStatus): 1, cloudapi.Topic("+", cloudapi.KindOSD): 0, cloudapi.Topic("+", cloudapi.KindState): 1, cloudapi.Topic("+", cloudapi.KindServicesReply): 1,
	cloudapi.Topic("+", cloudapi.KindEvents): 1, cloudapi.Topic("+", cloudapi.KindRequests): 1, cloudapi.Topic("+", cloudapi.KindPropertySetReply): 1, cloudapi.Topic("+", cloudapi.KindDRCUp): 0,
}

// take gives a message to the dock that sent it, or whose aircraft did.
func (c *Controller) take(topic string, payload []byte, at time.Time) {
	sn, _, ok := cloudapi.TopicOf(topic)
	if !ok {
		return
	}
	s := c.docks[sn]
	if s == nil {
		c.mu.Lock()
		s = c.aircraft[sn]
		c.mu.Unlock()
	}
	if s == nil {
		c.stranger(sn)
		return
	}
	s.take(topic, payload, at)
}

// retained says once of each device that the broker keeps messages of it, which are not taken.
func (c *Controller) retained(topic string) {
	sn, _, _ := cloudapi.TopicOf(topic)
	c.mu.Lock()
	defer c.mu.Unlock()
	if key := "retained " + sn; !c.strange[key] && len(c.strange) < maxStrange {
		c.strange[key] = true
		c.o.Log.Warn("the broker keeps (retains) messages of a device; they are not taken, as they say nothing of now", "sn", sn, "topic", topic)
	}
}

// adopt notes which aircraft is a dock's.
func (c *Controller) adopt(sn string, s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if sn != "" && c.docks[sn] == nil && (c.aircraft[sn] == nil || s.d.Aircraft == "") {
		c.aircraft[sn] = s
	}
}

// stranger says once of each device that sends here and is not in the configuration.
func (c *Controller) stranger(sn string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.strange[sn] && len(c.strange) < maxStrange {
		c.strange[sn] = true
		c.o.Log.Warn("a device that is not in the configuration sends messages; they are not taken. If it is a dock of yours, add it under docks", "sn", sn)
	}
}
